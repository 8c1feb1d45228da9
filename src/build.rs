//! Build script: embeds the shipped schemas, mappings and sample estate, so that the binary works alone,
//! and a fingerprint of the sources, by which what one build remembers is told from another's.

#![expect(clippy::disallowed_methods, reason = "a build script reads the files that it embeds")]

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let mut code = String::new();
    for (constant, folder) in
        [("SCHEMAS", "schemas"), ("MAPPINGS", "src/import/mappings"), ("INVENTORY", "inventory")]
    {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files)?;
        files.sort();
        let _ = writeln!(code, "pub static {constant}: &[(&str, &str)] = &[");
        for file in files {
            let name = file.strip_prefix(&root).map_err(io::Error::other)?;
            let name = name.to_string_lossy().replace('\\', "/");
            let _ = writeln!(code, "    ({name:?}, include_str!({:?})),", file.to_string_lossy());
        }
        code.push_str("];\n");
    }
    let _ = writeln!(code, "pub static READER: u64 = {};", fingerprint(&root)?);
    fs::write(out.join("embedded.rs"), code)
}

/// Of everything that an answer may depend on: the sources, the schemas, the versions of libraries.
fn fingerprint(root: &Path) -> io::Result<u64> {
    let mut files = vec![root.join("Cargo.toml")];
    files.extend(Some(root.join("Cargo.lock")).filter(|lock| lock.is_file()));
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-changed=Cargo.toml");
    for folder in ["src", "schemas"] {
        println!("cargo::rerun-if-changed={folder}");
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(root).map_err(io::Error::other)?.hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
