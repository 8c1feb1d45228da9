//! Files that are not the estate's own, read with a limit.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use estate::import::yaml_files;
use estate::yaml::MAX_FILE_BYTES;

use super::failure::Failure;

/// The bytes of a file, or of the standard input for `-`.
pub fn read_file(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut reader: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(path).with_context(|| format!("cannot open {}", path.display()))?),
    };
    reader
        .by_ref()
        .take(most + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.len() as u64 > most {
        let most = most / (1024 * 1024);
        return Err(Failure::failed(format!("{} is larger than {most} MiB", path.display())).into());
    }
    Ok(bytes)
}

/// Files below a folder, by path with forward slashes, sorted.
pub struct Files {
    folder: PathBuf,
    paths: Vec<String>,
}

impl Files {
    pub fn below(folder: &Path) -> anyhow::Result<Files> {
        let mut files = Files { folder: folder.to_owned(), paths: Vec::new() };
        let mut open = vec![String::new()];
        while let Some(below) = open.pop() {
            let path = folder.join(&below);
            let entries = fs::read_dir(&path).with_context(|| format!("cannot read {}", path.display()))?;
            for entry in entries {
                let entry = entry.with_context(|| format!("cannot read {}", path.display()))?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                let name = if below.is_empty() { name } else { format!("{below}/{name}") };
                // Symbolic links are not followed: they may lead anywhere, or in circles.
                match entry.file_type().with_context(|| format!("cannot read {}", path.display()))? {
                    kind if kind.is_dir() && entry.file_name() != ".git" => open.push(name),
                    kind if kind.is_file() => files.paths.push(name),
                    _ => {}
                }
            }
        }
        files.paths.sort();
        Ok(files)
    }

    /// Path and bytes of the files that a pattern asks for.
    pub fn matching(&self, pattern: &str) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
        let asked = self.paths.iter().filter(|path| yaml_files::is_asked_for(pattern, path));
        let mut read = Vec::new();
        for path in asked {
            let mut bytes = Vec::new();
            // One byte more than a file may have tells that it is too large.
            File::open(self.folder.join(path))
                .and_then(|file| file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
                .with_context(|| format!("cannot read {path}"))?;
            read.push((path.clone(), bytes));
        }
        if read.is_empty() {
            let message = format!("no file below {} matches `{pattern}`", self.folder.display());
            return Err(Failure::nothing(message)
                .hint("name the folder that the pattern of the mapping begins in")
                .into());
        }
        Ok(read)
    }
}
