//! `estate ci`: the files it writes do what they promise when their scripts are run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

mod common;

use std::fs;
use std::process::Command;

use common::{Estate, Ran, ran};
use serde_json::Value;

const WEB: &str = "inventory/items/server/srv-web-01.yaml";
const GITHUB: &str = ".github/workflows/estate.yml";
const GITLAB: &str = ".gitlab-ci.yml";
const PRE_COMMIT: &str = ".pre-commit-config.yaml";

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

/// A clone of a pull request's branch, in a folder below the root of the repository: the branch
/// renames a server, or breaks it.
fn pull_request(breaks: bool) -> (Estate, Estate) {
    let origin = Estate::shipped();
    fs::create_dir(origin.path("the estate")).unwrap();
    for folder in ["inventory", "schemas"] {
        origin.git(&["mv", folder, &format!("the estate/{folder}")]);
    }
    origin.commit("Move below");
    origin.git(&["branch", "-m", "main"]);
    let clone = Estate::empty();
    clone.git(&["clone", "-q", &origin.root.display().to_string(), "."]);
    clone.git(&["switch", "-q", "-c", "branch"]);
    let path = format!("the estate/{WEB}");
    match breaks {
        true => clone.replace(&path, "owner: infra-team", "owner: nobody"),
        false => clone.replace(&path, "cost: 8420.00 EUR", "cost: 8920.00 EUR"),
    }
    clone.commit("Change");
    (origin, clone)
}

/// Runs a script of CI as its shell does: it stops at the first command that fails.
fn shell(estate: &Estate, script: &str, variables: &[(&str, &str)]) -> Ran {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_estate")).parent().unwrap();
    let mut command: Command = estate.command("bash");
    command.args(["-e", "-o", "pipefail", "-c", script]).envs(variables.iter().copied());
    command.env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()));
    ran(command.output().unwrap())
}

#[test]
fn the_workflow_of_github_is_a_gate() {
    for (breaks, code) in [(false, 0), (true, 1)] {
        let (_origin, clone) = pull_request(breaks);
        clone.ok(&["-C", "the estate", "ci", "init", "github"]);
        let workflow = yaml(&clone.read(GITHUB));
        let events: Vec<&String> = workflow["on"].as_object().unwrap().keys().collect();
        assert_eq!(events, ["pull_request", "merge_group", "push"]);
        assert_eq!(workflow["on"]["push"]["branches"][0], "main");
        let job = &workflow["jobs"]["audit"];
        let steps = job["steps"].as_array().unwrap();
        assert_eq!(steps[0]["with"]["fetch-depth"], 0, "a merge needs the common ancestor");
        let scratch = clone.folder.path().join("home");
        let summary = scratch.join("summary.md");
        let variables = [
            ("BASE", "origin/main"),
            ("RUNNER_TEMP", scratch.to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ];
        let mut ended = Vec::new();
        for step in steps.iter().filter(|step| step["run"].is_string()) {
            let script = step["run"].as_str().unwrap();
            // What users name is never pasted into a script.
            assert!(!script.contains("${{"), "{script}");
            if !script.starts_with("gh ") {
                let ran = shell(&clone, script, &variables);
                ended.push((step["name"].as_str().unwrap().to_owned(), ran.code));
            }
        }
        let expected = [
            ("Install estate", 0),
            ("Audit what merging would give", code),
            ("Audit", code),
            ("Say what merging does", 0),
        ];
        assert_eq!(ended, expected.map(|(name, code)| (name.to_owned(), code)));
        let comment = fs::read_to_string(summary).unwrap();
        assert_eq!(comment.contains("there is no party"), breaks, "{comment}");
        assert_eq!(comment.contains("+500.00 EUR"), !breaks, "{comment}");
    }
}

#[test]
fn the_pipeline_of_gitlab_is_a_gate() {
    for (breaks, code) in [(false, 0), (true, 1)] {
        let (_origin, clone) = pull_request(breaks);
        clone.ok(&["-C", "the estate", "ci", "init", "gitlab", "--branch", "main"]);
        let pipeline = yaml(&clone.read(GITLAB));
        assert_eq!(pipeline[".estate"]["variables"]["GIT_DEPTH"], "0");
        assert_eq!(pipeline["estate-branch"]["rules"][0]["if"], "$CI_COMMIT_BRANCH == \"main\"");
        let variables = [("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main")];
        for job in ["estate-merge-request", "estate-branch"] {
            let job = &pipeline[job];
            let parent = &pipeline[job["extends"].as_str().unwrap()];
            let lines = |section: &Value| -> String {
                section
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|line| format!("{}\n", line.as_str().unwrap()))
                    .collect()
            };
            let script = lines(&parent["before_script"]) + &lines(&job["script"]);
            assert_eq!(shell(&clone, &script, &variables).code, code, "{script}");
            let after = shell(&clone, &lines(&job["after_script"]), &variables);
            assert_eq!(after.code, 0, "{after:?}");
            for report in parent["artifacts"]["reports"].as_object().unwrap().values() {
                let report = report.as_str().unwrap();
                assert_eq!(clone.read(report).contains("there is no party"), breaks, "{report}");
                fs::remove_file(clone.path(report)).unwrap();
            }
        }
        assert_eq!(clone.read("estate.md").contains("there is no party"), breaks);
    }
}

#[test]
fn the_hook_of_pre_commit_runs_what_is_staged() {
    let estate = Estate::shipped();
    estate.ok(&["ci", "init", "pre-commit"]);
    let config = yaml(&estate.read(PRE_COMMIT));
    let hook = &config["repos"][0]["hooks"][0];
    assert_eq!((&config["repos"][0]["repo"], &hook["language"]), (&"local".into(), &"system".into()));
    let entry = hook["entry"].as_str().unwrap();
    assert_eq!(shell(&estate, entry, &[]).code, 0);
    estate.replace(WEB, "owner: infra-team", "owner: nobody");
    assert_eq!(shell(&estate, entry, &[]).code, 0, "it is not staged");
    estate.git(&["add", WEB]);
    assert_eq!(shell(&estate, entry, &[]).code, 1);

    // The file at the project's root, for those who name it as a source.
    let shipped = yaml(include_str!("../.pre-commit-hooks.yaml"));
    assert_eq!((&shipped[0]["id"], &shipped[0]["entry"]), (&hook["id"], &hook["entry"]));
    for key in ["always_run", "pass_filenames"] {
        assert_eq!(shipped[0][key], hook[key], "{key}");
    }
    let other = Estate::shipped();
    other.ok(&["ci", "init", "pre-commit", "--source", "https://git.example.org/estate.git", "--tag", "v9"]);
    let repository = &yaml(&other.read(PRE_COMMIT))["repos"][0];
    assert_eq!((&repository["rev"], &repository["hooks"][0]["id"]), (&"v9".into(), &shipped[0]["id"]));
}

#[test]
fn the_hook_joins_those_that_are_there() {
    let estate = Estate::shipped();
    let there =
        "# ours\nrepos:\n- repo: https://git.example.org/hooks\n  rev: v1 # pinned\n  hooks:\n  - id: tidy\n";
    estate.write(PRE_COMMIT, there);
    estate.ok(&["ci", "init", "pre-commit"]);
    let text = estate.read(PRE_COMMIT);
    assert!(text.starts_with(there), "{text}");
    assert_eq!(yaml(&text)["repos"][1]["hooks"][0]["id"], "estate-audit");
    let again = estate.ok(&["ci", "init", "pre-commit"]);
    assert!(again.err.contains("nothing to change"), "{again:?}");
    assert_eq!(estate.read(PRE_COMMIT), text);
    estate.write(PRE_COMMIT, "repos: no list\n");
    estate.refuses(&["ci", "init", "pre-commit"], 3, ".pre-commit-config.yaml");
}

#[test]
fn nothing_is_overwritten_unsaid() {
    let estate = Estate::shipped();
    let shown = estate.ok(&["ci", "init", "github", "-n"]);
    assert!(!estate.path(GITHUB).exists() && shown.err.contains("dry run"));
    estate.ok(&["ci", "init", "github"]);
    assert_eq!(estate.read(GITHUB), shown.out);
    assert!(estate.ok(&["ci", "init", "github"]).err.contains("nothing to change"));
    estate.write(GITHUB, "name: ours\n");
    estate.refuses(&["ci", "init", "github"], 3, "is there with other content");
    estate.refuses(&["ci", "init", "github", "-n"], 3, "--force replaces");
    estate.ok(&["ci", "init", "github", "--force"]);
    assert_eq!(estate.read(GITHUB), shown.out);
    let built = estate.ok(&["ci", "init", "gitlab", "--source", "https://git.example.org/estate.git"]);
    assert!(!built.err.contains("expects estate"), "{built:?}");
    let pipeline = yaml(&estate.read(GITLAB));
    assert_eq!(pipeline[".estate"]["image"], "rust:1");
    let install = pipeline[".estate"]["before_script"][0].as_str().unwrap().trim();
    let version = env!("CARGO_PKG_VERSION");
    let expected =
        format!("cargo install --locked --git https://git.example.org/estate.git --tag v{version}");
    assert_eq!(install, expected);
}

#[cfg(unix)]
#[test]
fn wrong_input_is_told() {
    let estate = Estate::shipped();
    estate.refuses(&["ci"], 2, "Usage");
    estate.refuses(&["ci", "init", "jenkins"], 2, "possible values: github, gitlab, pre-commit");
    estate.refuses(&["ci", "init", "github", "--branch", "x: $(touch y)"], 2, "--branch: letters");
    estate.refuses(&["ci", "init", "github", "--source", "https://x y"], 2, "--source: letters");
    estate.refuses(&["ci", "comment"], 2, "<BASE>");
    estate.refuses(&["ci", "comment", "nowhere"], 3, "`nowhere` names no commit");
    estate.refuses(&["ci", "comment", "HEAD", "--json"], 2, "Markdown and nothing else");
    estate.refuses(&["ci", "comment", "HEAD", "--rev", "HEAD"], 2, "BASE and HEAD");
    let outside = estate.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, estate.path(".github")).unwrap();
    let linked = estate.run(&["ci", "init", "github"]);
    assert_eq!(linked.code, 3, "{linked:?}");
    assert!(linked.err.contains(".github is a symbolic link"), "{linked:?}");
    assert_eq!(fs::read_dir(outside).unwrap().count(), 0);
    let plain = Estate::empty();
    plain.write("inventory/settings.yaml", "currency: EUR\n");
    plain.refuses(&["ci", "init", "github"], 3, "is not in a git repository");
}

#[test]
fn a_comment_says_what_merging_does_and_fits() {
    let estate = Estate::shipped();
    estate.git(&["branch", "base"]);
    estate.git(&["switch", "-q", "-c", "branch"]);
    let nothing = estate.ok(&["ci", "comment", "base"]).out;
    assert!(nothing.contains("**no findings in ") && nothing.contains("- note: no change"), "{nothing}");
    estate.replace(WEB, "cost: 8420.00 EUR", "cost: 8920.00 EUR");
    estate.replace(WEB, "name: Web front end 1", "name: \"<!-- @ada\"");
    estate.replace(WEB, "owner: infra-team", "owner: nobody");
    estate.commit("Change");
    let comment = estate.ok(&["ci", "comment", "base", "branch"]).out;
    let parts =
        ["## Audit", "### 1 error", "## Changes of the estate", "| item/srv-web-01 | cost | 8420.00 EUR |"];
    let places: Vec<_> =
        parts.iter().map(|part| comment.find(part).unwrap_or_else(|| panic!("{part}: {comment}"))).collect();
    assert!(places.is_sorted(), "{comment}");
    assert!(comment.contains("### What it does to the figures") && comment.contains("&lt;!-- @<!-- -->ada"));
    // GitHub refuses a comment of more than 65 536 characters.
    let prose = "many words ".repeat(40);
    for number in 0..300 {
        let text = format!("id: p-{number}\nname: {prose}\nkind: team\nowner: nobody-{number}\n");
        estate.write(&format!("inventory/parties/p-{number}.yaml"), &text);
    }
    estate.commit("Much");
    let long = estate.ok(&["ci", "comment", "base"]).out;
    assert!(long.chars().count() < 65_536, "{}", long.chars().count());
    assert!(long.contains("- note: too much for a comment: \\`estate diff base HEAD\\` shows it"), "{long}");
    assert!(long.contains(" more: `estate audit` lists them all"), "{long}");
    // Without settings nothing can be valued, and the comment is there all the same.
    estate.git(&["rm", "-q", "inventory/settings.yaml"]);
    estate.commit("No settings");
    let without = estate.ok(&["ci", "comment", "base"]).out;
    assert!(without.contains("no figures: the settings are missing"), "{without}");
}
