//! A past for the generated estate: commits that each touch one file in a hundred.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};

pub const COMMITS: usize = 100;

/// Adds the commits to the branch `main`, with the tag `past` at their end, and brings the files up
/// to date.
pub fn add(root: &Path) -> io::Result<()> {
    let mut paths = Vec::new();
    for class in fs::read_dir(root.join("inventory/items"))? {
        for file in fs::read_dir(class?.path())? {
            paths.push(file?.path());
        }
    }
    paths.sort();
    let mut import = Command::new("git")
        .current_dir(root)
        .args(["fast-import", "--quiet", "--force"])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut stream = import.stdin.take().map(io::BufWriter::new).ok_or(io::ErrorKind::BrokenPipe)?;
    for number in 1..=COMMITS {
        let message = format!("Round {number}");
        let when = 1_780_000_000 + number * 3600;
        write!(
            stream,
            "commit refs/heads/main\ncommitter Bench <bench@example.org> {when} +0000\ndata {}\n{message}\n",
            message.len()
        )?;
        if number == 1 {
            writeln!(stream, "from refs/heads/main^0")?;
        }
        for path in paths.iter().skip(number - 1).step_by(100) {
            let text = fs::read_to_string(path)?.replacen("\nname: ", &format!("\nname: {message} "), 1);
            let path = path.strip_prefix(root).map_err(io::Error::other)?.display();
            write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len())?;
        }
    }
    stream.flush()?;
    drop(stream);
    let imported = import.wait()?.success();
    let reset = Command::new("git").current_dir(root).args(["reset", "-q", "--hard", "main"]).status()?;
    let tag = Command::new("git").current_dir(root).args(["tag", "past", "main"]).status()?;
    if imported && reset.success() && tag.success() {
        Ok(())
    } else {
        Err(io::Error::other("git could not make the history"))
    }
}
