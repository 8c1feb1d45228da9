//! How a command ends: exit codes, and failures with a hint.

use std::process::ExitCode;

use estate::edits::EditError;
use estate::query::QueryError;
use estate::render::escape;
use estate::store::{Severity, StoreError};

/// The ends of a command that is not a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Done, and clean.
    Done,
    /// Findings at or above the threshold, or differences where they were asked for.
    Findings,
    /// Nothing matched, or nothing was checked.
    Nothing,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Findings => 1,
            Exit::Nothing => 4,
        })
    }
}

/// A failure that says how to mend it. What the user typed wrong exits with 2, what could not be
/// done with 3, what nothing matches with 4.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    code: u8,
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into(), hint: None }
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Self { code: 3, message: message.into(), hint: None }
    }

    pub fn nothing(message: impl Into<String>) -> Self {
        Self { code: 4, message: message.into(), hint: None }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn hint_if(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }
}

/// A question that cannot be asked this way is wrong usage.
impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        Failure::usage(error.message).hint_if(error.hint)
    }
}

/// What the user asked for cannot be made an edit: that is for the user to mend.
impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        Failure::usage(error.message).hint_if(error.help)
    }
}

/// Tells the user (or, where JSON was asked for, the program) what went wrong.
pub fn report_failure(error: &anyhow::Error, machine: bool) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::SUCCESS;
    }
    let failure = error.chain().find_map(|cause| cause.downcast_ref::<Failure>());
    let store = error.chain().find_map(|cause| cause.downcast_ref::<StoreError>());
    let code = match (failure, store.map(StoreError::severity)) {
        (Some(failure), _) => failure.code,
        (None, Some(Severity::Conflict)) => 5,
        (None, _) => 3,
    };
    let hint = failure.and_then(|failure| failure.hint.clone()).or_else(|| store.and_then(StoreError::hint));
    let mut causes: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        // Some messages end in their cause already.
        if !causes.iter().any(|said| said.contains(&cause)) {
            causes.push(cause);
        }
    }
    if machine {
        let message = causes.join(": ");
        let body = serde_json::json!({"error": {"code": code, "message": message, "hint": hint}});
        eprintln!("{}", escape::json(&body.to_string()));
        return ExitCode::from(code);
    }
    let (first, rest) = causes.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    eprintln!("error: {}", escape::terminal(first));
    for cause in rest {
        eprintln!("  because: {}", escape::terminal(cause));
    }
    if let Some(hint) = hint {
        eprintln!("  help: {}", escape::terminal(&hint));
    }
    ExitCode::from(code)
}

/// Whoever read our output has seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
