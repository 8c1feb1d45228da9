//! The README's tour is run command by command, and says what the program says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// A command of a `console` block and what it is said to answer.
struct Step {
    command: String,
    expected: String,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(kind) => inside = kind == "console",
            None if !inside => {}
            None => match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => {
                    steps.push(Step { command: command.to_owned(), expected: String::new() })
                }
                (None, Some(step)) => step.expected.push_str(&format!("{line}\n")),
                (None, None) => panic!("a console block begins with `{line}`"),
            },
        }
    }
    steps
}

fn run(command: &str, folder: &Path, home: &Path) -> String {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_estate"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &format!("{command} 2>&1")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", path)
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("ESTATE_TODAY", "2026-11-24")
        .env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@helio.example")
        .env("GIT_AUTHOR_DATE", "2026-11-24T09:00:00+01:00")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_tour_of_the_readme_is_true() {
    let text = include_str!("../README.md");
    let scratch = tempfile::tempdir().unwrap();
    let home = scratch.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let mut folder = scratch.path().to_owned();
    let steps = steps(text);
    assert!(steps.len() > 8, "the README has lost its tour");
    for step in steps {
        if let Some(into) = step.command.strip_prefix("cd ") {
            folder = folder.join(into);
            continue;
        }
        let said = run(&step.command, &folder, &home);
        // The empty line before the next command is not part of the answer.
        let (said, expected) = (said.trim_end(), step.expected.trim_end());
        snapbox::assert_data_eq!(
            format!("$ {}\n{said}", step.command),
            format!("$ {}\n{expected}", step.command)
        );
    }
}
