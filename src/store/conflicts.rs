//! Files that git cannot merge by itself, as findings at the lines that both sides changed.

use git2::{Index, IndexEntry, Repository};

use super::StoreError;
use super::revision::TreeFile;
use crate::finding::Finding;
use crate::source::{Location, Source, Span};

/// The longest piece of the other side that a finding quotes, in characters.
const QUOTED: usize = 60;

/// Each file of the index that is in conflict: its path as `estate_path` has it, the side to go on
/// with, and what to say of it. `theirs` names the other side.
pub(super) fn conflicts(
    git: &Repository,
    index: &Index,
    estate_path: impl Fn(&[u8]) -> Option<String>,
    theirs: &str,
) -> Result<Vec<(String, TreeFile, Finding)>, StoreError> {
    let mut found = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let sides = [&conflict.ancestor, &conflict.our, &conflict.their].map(Option::as_ref);
        // Where our side deleted the file, theirs is judged, so that nothing of it is overlooked.
        let Some(kept) = sides[1].or(sides[2]).or(sides[0]) else { continue };
        let Some(path) = estate_path(&kept.path) else { continue };
        let file = TreeFile { id: kept.id, mode: i32::try_from(kept.mode).unwrap_or_default() };
        let finding = match sides {
            [Some(ancestor), Some(ours), Some(their)] => lines(git, &path, [ancestor, ours, their], theirs),
            [_, Some(_), None] => whole(&path, format!("this file is changed here and gone in {theirs}")),
            [_, None, Some(_)] => whole(&path, format!("this file is gone here and changed in {theirs}")),
            [None, Some(_), Some(_)] => {
                whole(&path, format!("this file is new here and in {theirs}, with different contents"))
            }
            [_, None, None] => {
                whole(&path, format!("here and in {theirs} this file has moved to different places"))
            }
        };
        let help = format!("run `git merge {theirs}` on this branch and decide what to keep");
        found.push((path, file, finding.help(help)));
    }
    Ok(found)
}

fn whole(path: &str, message: String) -> Finding {
    Finding::error("merge-conflict", Location::file(path), message)
}

/// The conflict at the lines of our side that differ from theirs.
fn lines(git: &Repository, path: &str, sides: [&IndexEntry; 3], theirs: &str) -> Finding {
    let message = format!("{theirs} changes the same lines of this file");
    let [ancestor, ours, their] = sides;
    let merged = git.merge_file_from_index(ancestor, ours, their, None);
    let text = git.find_blob(ours.id).map(|blob| String::from_utf8_lossy(blob.content()).into_owned());
    let (Ok(merged), Ok(text)) = (merged, text) else { return whole(path, message) };
    let source = Source::new(path, text);
    let hunks = hunks(&String::from_utf8_lossy(merged.content()));
    let mut places = hunks.iter().scan(0, |from, hunk| Some(place(&source, from, hunk))).flatten();
    let Some((location, hunk)) = places.next() else { return whole(path, message) };
    let quoted = match hunk.theirs.lines().next() {
        None => "these lines are gone".to_owned(),
        Some(line) => format!("`{}`", line.trim().chars().take(QUOTED).collect::<String>()),
    };
    let mut finding =
        Finding::error("merge-conflict", location, message).label(format!("in {theirs}: {quoted}"));
    for (location, _) in places {
        finding = finding.related(location, "and here");
    }
    finding
}

/// Lines that both sides changed.
#[derive(PartialEq, Eq, Debug, Default)]
struct Hunk {
    ours: String,
    theirs: String,
}

/// The conflicts in a file that git merged as far as it could.
fn hunks(merged: &str) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut side: Option<bool> = None;
    for line in merged.split_inclusive('\n') {
        match (side, hunks.last_mut()) {
            (None, _) if line.starts_with("<<<<<<<") => {
                hunks.push(Hunk::default());
                side = Some(true);
            }
            (Some(true), _) if line.starts_with("=======") => side = Some(false),
            (Some(false), _) if line.starts_with(">>>>>>>") => side = None,
            (Some(true), Some(hunk)) => hunk.ours.push_str(line),
            (Some(false), Some(hunk)) => hunk.theirs.push_str(line),
            _ => {}
        }
    }
    hunks
}

/// Where our side of a conflict stands in our text, looked for after the last one. Lines that our
/// side deleted stand nowhere.
fn place<'h>(source: &Source, from: &mut usize, hunk: &'h Hunk) -> Option<(Location, &'h Hunk)> {
    let ours = hunk.ours.trim_end_matches('\n');
    let rest = source.text().get(*from..)?;
    let begins_line =
        |at: &usize| rest.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    let at = rest.match_indices(ours).map(|(at, _)| at).find(begins_line).filter(|_| !ours.is_empty())?;
    let indent = ours.len() - ours.trim_start().len();
    let (start, end) = (*from + at, *from + at + ours.len());
    *from = end;
    Some((source.location(Span::new(start + indent, end)), hunk))
}
