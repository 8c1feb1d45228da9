//! Texts merged by lines, and the markers of what could not be merged.

use std::ops::Range;

/// Markers as git writes them, so that editors know them.
const OURS: &str = "<<<<<<<";
const BASE: &str = "|||||||";
const MIDDLE: &str = "=======";
const THEIRS: &str = ">>>>>>>";

/// Lines are matched one by one up to this many pairs; larger differences are one piece.
const MOST_PAIRS: usize = 4_000_000;

/// Two texts that differ only where both sides changed the same lines.
pub struct Lines {
    pub ours: String,
    pub theirs: String,
    pub is_clean: bool,
}

/// What becomes of changes that touch without overlapping.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Touching {
    /// Nobody knows whether they belong together, as in git.
    Conflict,
    /// Both are made; of what both sides inserted at one place, ours stands first. For a caller that
    /// can tell whether the outcome is right.
    Both,
}

/// Merges by lines what both sides made of `base`.
pub fn merge(base: &str, ours: &str, theirs: &str, touching: Touching) -> Lines {
    let base: Vec<&str> = base.split_inclusive('\n').collect();
    let sides = [ours, theirs].map(|text| Side::of(&base, text));
    let mut merged = Lines { ours: String::new(), theirs: String::new(), is_clean: true };
    let mut at = 0;
    let mut next = [0, 0];
    while let Some(start) = sides
        .iter()
        .zip(next)
        .filter_map(|(side, at)| side.edits.get(at))
        .min_by_key(|edit| (edit.base.start, edit.base.end))
    {
        let mut range = start.base.clone();
        let before = next;
        // Changes of either side that reach into each other are one piece.
        loop {
            let grown = next;
            for (side, at) in sides.iter().zip(&mut next) {
                while let Some(edit) = side.edits.get(*at).filter(|edit| meets(&range, &edit.base, touching))
                {
                    range.end = range.end.max(edit.base.end);
                    *at += 1;
                }
            }
            if next == grown {
                break;
            }
        }
        merged.both(&part(&base, at..range.start));
        let mut made = sides.iter().zip(before.iter().zip(next)).map(|(side, (from, to))| {
            side.made_of(&base, &range, side.edits.get(*from..to).unwrap_or_default())
        });
        let (ours, theirs) = (made.next().unwrap_or_default(), made.next().unwrap_or_default());
        merged.piece(&part(&base, range.clone()), &ours, &theirs, touching);
        at = range.end;
    }
    merged.both(&part(&base, at..base.len()));
    merged
}

/// Whether a change joins the piece that covers `range`, which begins no later.
fn meets(range: &Range<usize>, edit: &Range<usize>, touching: Touching) -> bool {
    match touching {
        Touching::Conflict => edit.start <= range.end,
        Touching::Both => edit.start < range.end || edit == range,
    }
}

/// What one side did to the lines of the base.
struct Side<'t> {
    lines: Vec<&'t str>,
    edits: Vec<LineEdit>,
}

/// Lines of the base, and those in their place.
struct LineEdit {
    base: Range<usize>,
    side: Range<usize>,
}

impl<'t> Side<'t> {
    fn of(base: &[&str], text: &'t str) -> Self {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let places = matches(base, &lines);
        let kept = places.iter().enumerate().filter_map(|(line, place)| Some((line, (*place)?)));
        let mut edits = Vec::new();
        let (mut from_base, mut from_side) = (0, 0);
        for (line, place) in kept.chain([(base.len(), lines.len())]) {
            if (from_base, from_side) != (line, place) {
                edits.push(LineEdit { base: from_base..line, side: from_side..place });
            }
            (from_base, from_side) = (line + 1, place + 1);
        }
        Self { lines, edits }
    }

    /// The lines of a piece of the base, after these changes within it.
    fn made_of(&self, base: &[&str], piece: &Range<usize>, edits: &[LineEdit]) -> String {
        let mut text = String::new();
        let mut at = piece.start;
        for edit in edits {
            text.push_str(&part(base, at..edit.base.start));
            text.push_str(&part(&self.lines, edit.side.clone()));
            at = edit.base.end;
        }
        text + &part(base, at..piece.end)
    }
}

impl Lines {
    fn both(&mut self, text: &str) {
        self.ours.push_str(text);
        self.theirs.push_str(text);
    }

    fn piece(&mut self, base: &str, ours: &str, theirs: &str, touching: Touching) {
        if ours == theirs || base == theirs {
            self.both(ours);
        } else if base == ours {
            self.both(theirs);
        } else if base.is_empty() && touching == Touching::Both {
            self.both(ours);
            self.both(theirs);
        } else {
            self.ours.push_str(ours);
            self.theirs.push_str(theirs);
            self.is_clean = false;
        }
    }
}

fn place(places: &[Option<usize>], line: usize) -> Option<usize> {
    places.get(line).copied().flatten()
}

fn part(lines: &[&str], range: Range<usize>) -> String {
    lines.get(range).unwrap_or_default().concat()
}

/// For each line of `a`, the line of `b` that it is: a longest common subsequence.
fn matches(a: &[&str], b: &[&str]) -> Vec<Option<usize>> {
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let rest = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let tail = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(a, b)| a == b).count();
    let mut places: Vec<Option<usize>> = (0..head).map(Some).collect();
    let middle = |lines: &[&str]| head..lines.len() - tail;
    let (from_a, from_b) = (a.get(middle(a)).unwrap_or_default(), b.get(middle(b)).unwrap_or_default());
    places.extend(common(from_a, from_b).into_iter().map(|place| place.map(|place| head + place)));
    places.extend((b.len() - tail..b.len()).map(Some));
    places
}

fn common(a: &[&str], b: &[&str]) -> Vec<Option<usize>> {
    let mut places = vec![None; a.len()];
    if a.is_empty() || b.is_empty() || a.len().saturating_mul(b.len()) > MOST_PAIRS {
        return places;
    }
    // lengths[i][j]: the longest that the lines from i of `a` and from j of `b` have in common.
    let width = b.len() + 1;
    let mut lengths = vec![0u32; (a.len() + 1) * width];
    let length = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, line) in a.iter().enumerate().rev() {
        for (j, other) in b.iter().enumerate().rev() {
            let longest = match line == other {
                true => length(&lengths, i + 1, j + 1) + 1,
                false => length(&lengths, i + 1, j).max(length(&lengths, i, j + 1)),
            };
            if let Some(slot) = lengths.get_mut(i * width + j) {
                *slot = longest;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while let (Some(line), Some(other)) = (a.get(i), b.get(j)) {
        if line == other {
            if let Some(slot) = places.get_mut(i) {
                *slot = Some(j);
            }
            (i, j) = (i + 1, j + 1);
        } else if length(&lengths, i + 1, j) >= length(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    places
}

/// One text that holds both, with markers around what differs.
pub fn mark(ours: &str, theirs: &str, names: [&str; 2]) -> String {
    let line_end = if ours.contains("\r\n") || theirs.contains("\r\n") { "\r\n" } else { "\n" };
    let [our, their] = [ours, theirs].map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let places = matches(&our, &their);
    let mut marked = String::new();
    let (mut o, mut t) = (0, 0);
    loop {
        let same = (o..our.len()).find_map(|line| Some((line, place(&places, line)?)));
        let (next_o, next_t) = same.unwrap_or((our.len(), their.len()));
        let sides = [part(&our, o..next_o), part(&their, t..next_t)];
        if sides.iter().any(|side| !side.is_empty()) {
            let [our_lines, their_lines] = sides.map(|side| match side.is_empty() || side.ends_with('\n') {
                true => side,
                false => side + line_end,
            });
            let [our_name, their_name] = names;
            marked.push_str(&format!(
                "{OURS} {our_name}{line_end}{our_lines}{MIDDLE}{line_end}{their_lines}{THEIRS} {their_name}{line_end}"
            ));
        }
        let Some(line) = our.get(next_o) else { return marked };
        marked.push_str(line);
        (o, t) = (next_o + 1, next_t + 1);
    }
}

/// Whether a text holds the beginning of a conflict.
pub fn is_marked(text: &str) -> bool {
    text.lines().any(|line| is_marker(line, OURS))
}

/// The two texts of a marked one, ours and theirs. A third part between them, which git can be told
/// to write, is left out.
///
/// # Errors
/// The number of the line where the markers do not pair up.
pub fn split(text: &str) -> Result<[String; 2], usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Part {
        Both,
        Ours,
        Base,
        Theirs,
    }
    let (mut ours, mut theirs) = (String::new(), String::new());
    let mut part = Part::Both;
    let mut opened = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let bare = line.trim_end_matches(['\n', '\r']);
        part = match part {
            Part::Both if is_marker(bare, OURS) => {
                opened = number + 1;
                Part::Ours
            }
            Part::Ours if is_marker(bare, BASE) => Part::Base,
            Part::Ours | Part::Base if bare == MIDDLE => Part::Theirs,
            Part::Theirs if is_marker(bare, THEIRS) => Part::Both,
            _ if is_marker(bare, OURS) || is_marker(bare, THEIRS) => return Err(number + 1),
            same => {
                match same {
                    Part::Both => {
                        ours.push_str(line);
                        theirs.push_str(line);
                    }
                    Part::Ours => ours.push_str(line),
                    Part::Theirs => theirs.push_str(line),
                    Part::Base => {}
                }
                same
            }
        };
    }
    if part == Part::Both { Ok([ours, theirs]) } else { Err(opened) }
}

/// What the first markers of a text call both sides.
pub fn names(text: &str) -> Option<[&str; 2]> {
    let name = |marker: &str| {
        let line = text.lines().find(|line| is_marker(line, marker))?;
        Some(line.strip_prefix(marker)?.trim()).filter(|name| !name.is_empty())
    };
    Some([name(OURS)?, name(THEIRS)?])
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_one_side_changed_is_taken_and_what_both_did_is_told() {
        let base = "a\nb\nc\nd\ne\n";
        let merged = merge(base, "a\nB\nc\nd\ne\n", "a\nb\nc\nd\nE\nf\n", Touching::Conflict);
        assert!(merged.is_clean);
        assert_eq!(merged.ours, "a\nB\nc\nd\nE\nf\n");
        let merged = merge(base, "a\nx\nc\nd\ne\n", "a\ny\nc\ne\n", Touching::Conflict);
        assert!(!merged.is_clean);
        assert_eq!((&*merged.ours, &*merged.theirs), ("a\nx\nc\ne\n", "a\ny\nc\ne\n"));
        let added = |both| merge("a\n", "a\nx\n", "a\ny\n", both);
        assert!(!added(Touching::Conflict).is_clean);
        assert_eq!(added(Touching::Both).ours, "a\nx\ny\n");
    }

    #[test]
    fn markers_stand_around_what_differs() {
        let marked = mark("a\nx\nc\n", "a\ny\nc\n", ["main", "feature"]);
        assert_eq!(marked, "a\n<<<<<<< main\nx\n=======\ny\n>>>>>>> feature\nc\n");
        assert_eq!(mark("", "a\n", ["o", "t"]), "<<<<<<< o\n=======\na\n>>>>>>> t\n");
        assert_eq!(
            split("a\n<<<<<<< o\nx\n||||||| b\nz\n=======\ny\n>>>>>>> t\n"),
            Ok(["a\nx\n", "a\ny\n"].map(String::from))
        );
        assert_eq!(names(&marked), Some(["main", "feature"]));
        assert_eq!(split("a\n<<<<<<< o\nx\n"), Err(2));
        assert_eq!(split("a\n>>>>>>> o\nx\n"), Err(2));
        assert_eq!(split("<<<<<<< o\n<<<<<<< o\n"), Err(2));
        assert!(is_marked("a\n<<<<<<< x\n") && !is_marked("a: <<<<<<< x\n") && !is_marked("<<<<<<<<\n"));
    }

    fn text() -> impl Strategy<Value = String> {
        prop::collection::vec("[a-d]{1,2}\r?\n", 0..12).prop_map(|lines| lines.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_marked_can_be_taken_apart(ours in text(), theirs in text()) {
            prop_assert_eq!(split(&mark(&ours, &theirs, ["o", "t"])), Ok([ours, theirs]));
        }

        #[test]
        fn a_side_that_did_nothing_takes_the_other(base in text(), other in text()) {
            for both in [Touching::Conflict, Touching::Both] {
                let merged = [merge(&base, &base, &other, both), merge(&base, &other, &base, both), merge(&base, &other, &other, both)];
                for merged in merged {
                    prop_assert!(merged.is_clean);
                    prop_assert_eq!(&merged.ours, &other);
                }
            }
        }
    }
}
