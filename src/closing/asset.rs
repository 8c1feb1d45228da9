//! One item in a closed book: a line of text.

use sha2::{Digest, Sha256};

use crate::model::closing::ClosedAsset;
use crate::money::Money;

/// Characters of a digest that are kept: 128 bits, which nobody can match on purpose.
const DIGEST_LENGTH: usize = 32;

/// What a closing keeps of an item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asset {
    /// Charge of the period; accumulated depreciation, impairment and net book value at its end.
    pub figures: [Money; 4],
    /// Over the figures and the terms that made them.
    pub digest: String,
}

impl Asset {
    pub(super) fn new(figures: [Money; 4], terms: &str) -> Asset {
        let mut hasher = Sha256::new();
        hasher.update(written(&figures));
        hasher.update(terms);
        let mut digest = format!("{:x}", hasher.finalize());
        digest.truncate(DIGEST_LENGTH);
        Asset { figures, digest }
    }

    pub(super) fn of(closed: &ClosedAsset<'_>) -> Asset {
        Asset { figures: closed.figures, digest: closed.digest.to_owned() }
    }

    /// `srv-web-01 1604.00 4544.67 0.00 3875.33 EUR 0123…`.
    ///
    /// A text and not a mapping: an estate has thousands of items, and a record 10 000 values.
    pub fn line(&self, item: &str) -> String {
        format!("{item} {} {}\n", written(&self.figures), self.digest)
    }
}

fn written(figures: &[Money; 4]) -> String {
    let [first, ..] = figures;
    let amounts = figures.map(|money| money.amount_text());
    format!("{} {}", amounts.join(" "), first.currency())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let money = |text: &str| text.parse::<Money>().unwrap();
        let figures = ["1604.00 EUR", "4544.67 EUR", "0.00 EUR", "3875.33 EUR"].map(money);
        let asset = Asset::new(figures, "life=5y\n");
        let line = asset.line("srv");
        assert!(line.starts_with("srv 1604.00 4544.67 0.00 3875.33 EUR "), "{line}");
        let read = ClosedAsset::read(line.trim_end()).unwrap();
        assert_eq!((read.item, Asset::of(&read)), ("srv", asset.clone()));
        assert_ne!(Asset::new(figures, "life=6y\n").digest, asset.digest);
        for wrong in ["", "srv", "srv 1 2 3 4 EUR", "srv 1 2 3 x EUR aa", "srv 1 2 3 4 EUR aa more"] {
            assert_eq!(ClosedAsset::read(wrong), None, "{wrong}");
        }
    }
}
