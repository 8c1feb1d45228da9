//! The canonical form of a record's text.
//!
//! One thing a line, two spaces an indentation, lists below their key; keys in the order that the
//! caller gives; one space between tokens, two before a comment (the least that yamllint accepts by
//! default); at most one empty line, and none at the beginning, below a key or at the end; `\n` for
//! line ends. Quotes that no reader needs go, and brackets that are wider than a line or hold
//! comments become lines. Otherwise brackets or lines, and the kind of quotes that are needed, stay
//! the author's choice.
//!
//! Comments stay with what they are about: those above an entry and beside it move along with it,
//! those deeper than the next entry belong to what is above, and the head of the file stays on top.
//! What came out is not taken on trust: it must hold the same data and the same comments, and
//! formatting it again must change nothing. Otherwise the text is refused, never written wrong.

mod build;
mod emit;
#[cfg(test)]
mod tests;

use super::comments::comments;
use super::parse::parse;
use super::tree::{Route, Tree};
use super::{PatchError, data};

/// The place of a key among those of its mapping: the smallest first, those without one last in the
/// order of the text.
pub type Rank<'r> = &'r dyn Fn(&Route, &str) -> Option<usize>;

/// The text in canonical form.
///
/// # Errors
/// When the text is no record, or the outcome is not sure.
pub fn format(text: &str, rank: Rank<'_>) -> Result<String, PatchError> {
    let tree = parse(text).map_err(PatchError::Unreadable)?;
    let unsure = || PatchError::Unsure(data::Place(Route::default()));
    let once = reformatted(text, &tree, rank).ok_or_else(unsure)?;
    let again = parse(&once).ok().and_then(|tree| reformatted(&once, &tree, rank));
    if again.as_deref() == Some(once.as_str()) { Ok(once) } else { Err(unsure()) }
}

/// The new text, if it says the same.
fn reformatted(text: &str, tree: &Tree, rank: Rank<'_>) -> Option<String> {
    let new = emit::emit(&build::build(text, tree, rank)?);
    let new_tree = parse(&new).ok()?;
    let told = |text: &str, tree: &Tree| {
        let mut texts: Vec<String> =
            comments(text, tree).iter().map(|comment| comment.text.to_owned()).collect();
        texts.sort();
        texts
    };
    let same = new_tree.value(&new).same_data(&tree.value(text)) && told(&new, &new_tree) == told(text, tree);
    same.then_some(new)
}
