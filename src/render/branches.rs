//! The lines that join the rows of a tree.

/// What stands before the text of each row, from the depths of the rows in order.
pub fn branches(depths: &[u8], ascii: bool) -> Vec<String> {
    let [fork, last, through, blank] =
        if ascii { ["|- ", "`- ", "|  ", "   "] } else { ["├─ ", "└─ ", "│  ", "   "] };
    // By level: whether the rows after this one have another of that level under the same parent.
    let mut open = [false; 256];
    let mut drawn = Vec::with_capacity(depths.len());
    for depth in depths.iter().rev().map(|depth| usize::from(*depth)) {
        let levels = open.iter().enumerate().take(depth + 1).skip(1);
        let branch = levels.map(|(level, open)| match (level == depth, open) {
            (true, true) => fork,
            (true, false) => last,
            (false, true) => through,
            (false, false) => blank,
        });
        drawn.push(branch.collect());
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
    fn draws_forks_and_last_branches() {
        let lines = branches(&[0, 1, 2, 2, 1, 0, 3], true);
        assert_eq!(lines, ["", "|- ", "|  |- ", "|  `- ", "`- ", "", "      `- "]);
    }
}
