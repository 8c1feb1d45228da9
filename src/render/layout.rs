//! Columns on a grid of characters: how wide each is, and how a text is broken into one.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a column would like, and the least that keeps it readable.
#[derive(Clone, Copy, Default, Debug)]
pub struct Wish {
    pub natural: usize,
    pub minimum: usize,
}

impl Wish {
    /// Makes room for a text of which nothing may be broken.
    pub fn rigid(&mut self, text: &str) {
        self.minimum = self.minimum.max(text.width());
        self.natural = self.natural.max(text.width());
    }

    /// Makes room for a text that may be broken between words, and inside words that are very
    /// long.
    pub fn prose(&mut self, text: &str) {
        const LONG_WORD: usize = 16;
        let longest = text.split(' ').map(|word| word.width()).max().unwrap_or(0);
        self.minimum = self.minimum.max(longest.min(LONG_WORD));
        self.natural = self.natural.max(text.width());
    }
}

/// The widths of the columns so that they fit in `width` together with the gaps between them.
/// The widest give way first; where even the minima do not fit, the lines become too long, since
/// a figure that is cut is worse than a line that is.
pub fn fit(wishes: &[Wish], gap: usize, width: Option<usize>) -> Vec<usize> {
    let widths = |cap: usize| wishes.iter().map(move |wish| wish.natural.min(cap.max(wish.minimum)));
    let widest = wishes.iter().map(|wish| wish.natural).max().unwrap_or(0);
    let gaps = gap * wishes.len().saturating_sub(1);
    let fits = |cap: usize| width.is_none_or(|width| widths(cap).sum::<usize>() + gaps <= width);
    // The greatest cap that fits lies in low..=high, if any does.
    let (mut low, mut high) = (0, widest);
    while low < high {
        let middle = high - (high - low) / 2;
        if fits(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    widths(low).collect()
}

/// The text in lines of at most `width`, broken at spaces where it can be.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        } else if at > 0 {
            line.push(' ');
        }
        for character in word.chars() {
            let wide = character.width().unwrap_or(0);
            if wide > 0 && !line.is_empty() && line.width() + wide > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(character);
        }
    }
    lines.push(line);
    lines
}

/// The lines of a tree before each row's text, and before the lines that follow in the same row.
pub struct Branch {
    pub first: String,
    pub rest: String,
}

/// Draws a tree from the depths of its rows in order.
pub fn branches(depths: &[u8], ascii: bool) -> Vec<Branch> {
    let [fork, last, through, blank] =
        if ascii { ["|- ", "`- ", "|  ", "   "] } else { ["├─ ", "└─ ", "│  ", "   "] };
    // By level: whether the rows after this one have another of that level under the same parent.
    let mut open = [false; 256];
    let mut drawn = Vec::with_capacity(depths.len());
    for depth in depths.iter().rev().map(|depth| usize::from(*depth)) {
        let mut branch = Branch { first: String::new(), rest: String::new() };
        for (level, open) in open.iter().enumerate().take(depth + 1).skip(1) {
            let line = if *open { through } else { blank };
            let own = if *open { fork } else { last };
            branch.first.push_str(if level == depth { own } else { line });
            branch.rest.push_str(line);
        }
        drawn.push(branch);
        for (level, open) in open.iter_mut().enumerate().skip(depth) {
            *open = level == depth;
        }
    }
    drawn.reverse();
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_column_gives_way_first() {
        let wishes = [Wish { natural: 8, minimum: 8 }, Wish { natural: 50, minimum: 10 }];
        assert_eq!(fit(&wishes, 2, None), [8, 50]);
        assert_eq!(fit(&wishes, 2, Some(80)), [8, 50]);
        assert_eq!(fit(&wishes, 2, Some(40)), [8, 30]);
        assert_eq!(fit(&wishes, 2, Some(5)), [8, 10]);
        assert!(fit(&[], 2, Some(5)).is_empty());
    }

    #[test]
    fn breaks_at_spaces_and_never_inside_a_wide_character() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("東京都", 5), ["東京", "都"]);
        assert_eq!(wrap("東", 1), ["東"]);
        assert_eq!(wrap("", 0), [""]);
    }

    #[test]
    fn draws_forks_and_last_branches() {
        let lines: Vec<_> =
            branches(&[0, 1, 2, 2, 1, 0, 3], true).into_iter().map(|each| each.first).collect();
        assert_eq!(lines, ["", "|- ", "|  |- ", "|  `- ", "`- ", "", "      `- "]);
    }
}
