//! Hostile input: text, trees and repositories that somebody made to do harm, or that an accident
//! made. Each is answered by a finding at a place or a clear error; nothing is lost or leaked.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]
// Links and names of any bytes are made as Unix has them.
#![cfg(unix)]

mod faults;
mod kinds;
mod programs;
mod repositories;
mod text;
mod trees;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const SETTINGS: &str = "organisation: {name: Test}\ncurrency: EUR\nfiscal_year: {start: \"01-01\"}\nbooks:\n  accounting: {convention: thirty_360}\n";
const SERVER: &str = "id: srv-01\nclass: server\nname: Web\nstatus: planned\n";
const SERVER_PATH: &str = "inventory/items/server/srv-01.yaml";

/// A repository with a small estate of one commit, in an environment that nothing outside changes.
struct Repo {
    folder: tempfile::TempDir,
    root: PathBuf,
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Repo {
    /// A folder with an estate and no repository.
    fn without_git() -> Repo {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap().join("estate");
        fs::create_dir_all(&root).unwrap();
        let repo = Repo { folder, root };
        repo.write("inventory/settings.yaml", SETTINGS);
        repo.write(SERVER_PATH, SERVER);
        repo
    }

    fn new() -> Repo {
        let repo = Repo::without_git();
        repo.git(&["init", "-q", "-b", "main"]);
        repo.git(&["add", "."]);
        repo.git(&["commit", "-qm", "Begin"]);
        repo
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CEILING_DIRECTORIES", self.root.parent().unwrap())
            .env("ESTATE_TODAY", "2026-11-24")
            .stdin(Stdio::null());
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ada");
            command.env(format!("GIT_{role}_EMAIL"), "ada@example.org");
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(env!("CARGO_BIN_EXE_estate")).args(arguments))
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.git_with(arguments, b"")
    }

    /// Runs git with bytes on its standard input.
    fn git_with(&self, arguments: &[&str], input: &[u8]) -> String {
        let given = self.folder.path().join("input");
        fs::write(&given, input).unwrap();
        let ran = ran(self.command("git").args(arguments).stdin(fs::File::open(given).unwrap()));
        assert_eq!(ran.code, Some(0), "git {arguments:?}: {}", ran.err);
        ran.out.trim_end().to_owned()
    }

    /// Everything in the worktree and where the branches are, to see that nothing changed.
    fn state(&self) -> Vec<String> {
        let mut state = vec![self.git(&["for-each-ref"]), self.git(&["ls-files", "-s"])];
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
                let path = entry.path();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() && !path.ends_with(".git") {
                    folders.push(path);
                } else if kind.is_file() {
                    state.push(format!("{} {:?}", path.display(), fs::read(&path).unwrap()));
                }
            }
        }
        state.sort();
        state
    }
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
