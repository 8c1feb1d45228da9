//! The user's own editor, as `VISUAL` or `EDITOR` name it. Nothing in a repository can name one.

use std::path::Path;
use std::process::Command;

use super::failure::Failure;

/// Opens a file and waits until the editor ends.
pub fn open(file: &Path) -> anyhow::Result<()> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let (variable, command) = match (set("VISUAL"), set("EDITOR")) {
        (Some(command), _) => ("VISUAL", command),
        (None, Some(command)) => ("EDITOR", command),
        (None, None) => {
            return Err(Failure::failed("no editor is named by VISUAL or EDITOR")
                .hint("name one, such as `export EDITOR=nano`, or give the new text with --from FILE")
                .into());
        }
    };
    let words = words(&command);
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::failed(format!("{variable} names no program: {command}")).into());
    };
    let status = Command::new(program).args(arguments).arg(file).status().map_err(|error| {
        Failure::failed(format!("the editor `{program}` cannot be started: {error}"))
            .hint(format!("{variable} names it; check it, or give the new text with --from FILE"))
    })?;
    if !status.success() {
        return Err(Failure::failed(format!("the editor `{program}` failed ({status})")).into());
    }
    Ok(())
}

/// The words of a command: split at blanks, except in quotes. No shell sees it.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_command_is_split_at_blanks_outside_of_quotes() {
        assert_eq!(words("code --wait"), ["code", "--wait"]);
        assert_eq!(words(" '/opt/my editor/ed'  -f \"a b\"c '' "), ["/opt/my editor/ed", "-f", "a bc", ""]);
        assert_eq!(words("vi; rm $HOME"), ["vi;", "rm", "$HOME"]);
        assert!(words("  ").is_empty());
    }
}
