//! Asking a person, on the terminal: questions on stderr, answers from stdin.

use std::io::{BufRead, Write};

use anyhow::Context as _;
use estate::render::escape;

use super::failure::Failure;

/// An answer of one line, trimmed. `about` is said on a line of its own before the question.
pub fn line(about: Option<&str>, question: &str) -> anyhow::Result<String> {
    let mut stderr = std::io::stderr().lock();
    let about = about.map(|about| format!("{}\n", escape::terminal(about))).unwrap_or_default();
    write!(stderr, "{about}{} ", escape::terminal(question))
        .and_then(|()| stderr.flush())
        .context("cannot ask on the terminal")?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer).context("cannot read the answer")?;
    if read == 0 {
        let _ = writeln!(stderr);
        return Err(Failure::failed("no answer was given, so nothing was written").into());
    }
    Ok(answer.trim().to_owned())
}

/// Yes unless the answer begins with n.
pub fn yes(question: &str) -> anyhow::Result<bool> {
    Ok(!line(None, &format!("{question} [Y/n]"))?.to_lowercase().starts_with('n'))
}
