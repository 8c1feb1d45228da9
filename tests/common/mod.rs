//! What the tests of the command line share: an estate in a folder of its own, in an environment
//! that nothing outside can change.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder with an estate in it, and an environment that nothing outside can change.
pub struct Estate {
    pub folder: tempfile::TempDir,
    pub root: PathBuf,
}

/// What a command answered.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// One column of the rows of a JSON answer.
    pub fn column(&self, key: &str) -> Vec<String> {
        let rows = self.json()["rows"].as_array().cloned().unwrap();
        rows.iter().map(|row| row[key].as_str().unwrap_or("-").to_owned()).collect()
    }
}

impl Estate {
    pub fn empty() -> Estate {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("estate");
        fs::create_dir(&root).unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Estate { folder, root }
    }

    /// A new estate without records.
    pub fn begun() -> Estate {
        let estate = Estate::empty();
        estate.ok(&["init", "--name", "Helio"]);
        estate
    }

    /// A copy of the shipped estate, committed once.
    pub fn shipped() -> Estate {
        let estate = Estate::empty();
        let project = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["inventory", "schemas"] {
            copy(&project.join(folder), &estate.root.join(folder));
        }
        git2::Repository::init(&estate.root).unwrap();
        estate.commit("Start the record");
        estate
    }

    /// The shipped estate with its history.
    pub fn sample() -> Estate {
        let estate = Estate::empty();
        estate.ok(&["init", "--sample", "."]);
        estate
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.folder.path().join("home"))
            .env("GIT_CONFIG_GLOBAL", self.folder.path().join("home/none.gitconfig"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CEILING_DIRECTORIES", self.folder.path())
            .env("ESTATE_TODAY", "2026-11-24")
            .stdin(Stdio::null());
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ada");
            command.env(format!("GIT_{role}_EMAIL"), "ada@helio.example");
            command.env(format!("GIT_{role}_DATE"), "2026-11-24T09:00:00+01:00");
        }
        command
    }

    pub fn estate(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_estate"))
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.estate().args(arguments).output().unwrap())
    }

    pub fn ok(&self, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "estate {arguments:?}: {}{}", ran.out, ran.err);
        ran
    }

    /// Runs what must fail with this code and say this, and must not touch anything.
    pub fn refuses(&self, arguments: &[&str], code: i32, says: &str) {
        let before = (self.head(), self.files());
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "estate {arguments:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(says), "estate {arguments:?} does not say {says:?} but: {}", ran.err);
        assert_eq!((self.head(), self.files()), before, "estate {arguments:?} changed something");
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let ran = ran(self.command("git").args(arguments).output().unwrap());
        assert_eq!(ran.code, 0, "git {arguments:?}: {}", ran.err);
        ran.out
    }

    /// Puts a changed copy of a tag in its place, whatever git thinks of it.
    pub fn forge_tag(&self, tag: &str, change: impl Fn(&str) -> String) {
        let object = self.git(&["cat-file", "tag", &format!("refs/tags/{tag}")]);
        self.write("../forged", &change(&object));
        let id = self.git(&["hash-object", "-t", "tag", "--literally", "-w", "../forged"]);
        self.git(&["update-ref", &format!("refs/tags/{tag}"), id.trim()]);
    }

    pub fn head(&self) -> Option<String> {
        let ran = ran(self.command("git").args(["rev-parse", "-q", "--verify", "HEAD"]).output().unwrap());
        (ran.code == 0).then_some(ran.out)
    }

    pub fn status(&self) -> String {
        self.git(&["status", "--porcelain"])
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits every file as it lies on disk.
    pub fn commit(&self, message: &str) {
        let git = git2::Repository::open(&self.root).unwrap();
        let mut index = git.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.update_all(["*"], None).unwrap();
        index.write().unwrap();
        let tree = git.find_tree(index.write_tree().unwrap()).unwrap();
        // 2026-01-31T12:00:00Z
        let when = git2::Time::new(1_769_860_800, 0);
        let author = git2::Signature::new("Ada", "ada@example.org", &when).unwrap();
        let parent = git.head().ok().map(|head| head.peel_to_commit().unwrap());
        let parents: Vec<_> = parent.iter().collect();
        git.commit(Some("HEAD"), &author, &author, message, &tree, &parents).unwrap();
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} holds no {from:?}");
        self.write(path, &text.replace(from, to));
    }

    /// Every file outside of `.git`, with its text.
    pub fn files(&self) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        collect(&self.root, &mut files);
        files.sort();
        files
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            if !path.ends_with(".git") {
                collect(&path, files);
            }
        } else {
            let text = fs::read(&path).unwrap_or_default();
            files.push((path, String::from_utf8_lossy(&text).into_owned()));
        }
    }
}

pub fn ran(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}
