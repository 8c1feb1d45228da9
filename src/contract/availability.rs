//! The availability of something made of parts, from the availability of each.
//!
//! Parts fail independently of one another. Things in series are all needed, and their availabilities
//! multiply; of a group with redundancy k of n are needed, and the chance that at least k are up is the
//! sum over the states of the group in which so many are (for equal parts the binomial
//! `Σ C(n, i) pⁱ (1 − p)ⁿ⁻ⁱ`, i from k to n: MIL-HDBK-338B, section 5.3). A part that stands in several
//! places is one part: it is up in all of them or in none, so its states are told apart first.

use rust_decimal::Decimal;

/// How parts, by their number, make a whole.
#[derive(Clone, PartialEq, Debug)]
pub enum Structure {
    Part(usize),
    /// All are needed; nothing at all is always up.
    All(Vec<Structure>),
    /// So many of them are needed.
    AtLeast(usize, Vec<Structure>),
}

/// More parts in several places than states can be told apart in reasonable time.
pub const MOST_SHARED: usize = 16;

/// The share of time, from 0 to 1, in which the whole is up; `parts` are those of its parts.
///
/// # Errors
/// Where more than [`MOST_SHARED`] parts stand in several places, as a reader of a report must know it.
pub fn availability(structure: &Structure, parts: &[Decimal]) -> Result<Decimal, String> {
    let mut uses = vec![0_usize; parts.len()];
    count(structure, &mut uses);
    let shared: Vec<usize> =
        uses.iter().enumerate().filter(|(_, uses)| **uses > 1).map(|(part, _)| part).collect();
    if shared.len() > MOST_SHARED {
        return Err(format!(
            "{} parts stand in several places, and {MOST_SHARED} are the most",
            shared.len()
        ));
    }
    let mut total = Decimal::ZERO;
    let mut state = parts.to_vec();
    for ups in 0..(1_u32 << shared.len()) {
        let mut chance = Decimal::ONE;
        for (at, part) in shared.iter().enumerate() {
            let is_up = ups >> at & 1 == 1;
            let up = parts.get(*part).copied().unwrap_or(Decimal::ONE);
            chance *= if is_up { up } else { Decimal::ONE - up };
            if let Some(now) = state.get_mut(*part) {
                *now = if is_up { Decimal::ONE } else { Decimal::ZERO };
            }
        }
        total += chance * independent(structure, &state);
    }
    Ok(total)
}

fn count(structure: &Structure, uses: &mut [usize]) {
    match structure {
        Structure::Part(part) => {
            if let Some(uses) = uses.get_mut(*part) {
                *uses += 1;
            }
        }
        Structure::All(under) | Structure::AtLeast(_, under) => {
            under.iter().for_each(|each| count(each, uses))
        }
    }
}

/// The availability where no part stands in two places. Shares between 0 and 1 have room to multiply.
fn independent(structure: &Structure, parts: &[Decimal]) -> Decimal {
    match structure {
        Structure::Part(part) => parts.get(*part).copied().unwrap_or(Decimal::ONE),
        Structure::All(under) => under.iter().map(|each| independent(each, parts)).product(),
        Structure::AtLeast(needed, under) => {
            // The chance of each number of them being up, one more of them at a time.
            let mut up = vec![Decimal::ONE];
            for each in under {
                let share = independent(each, parts);
                let mut next = vec![Decimal::ZERO; up.len() + 1];
                for (number, chance) in up.iter().enumerate() {
                    if let [down, also, ..] = next.get_mut(number..).unwrap_or_default() {
                        *down += *chance * (Decimal::ONE - share);
                        *also += *chance * share;
                    }
                }
                up = next;
            }
            up.iter().skip(*needed).sum()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Structure::{All, AtLeast, Part};
    use super::*;

    fn of(structure: &Structure, parts: &[&str]) -> String {
        let parts: Vec<Decimal> = parts.iter().map(|part| part.parse().unwrap()).collect();
        availability(structure, &parts).unwrap().normalize().to_string()
    }

    fn parts(number: usize) -> Vec<Structure> {
        (0..number).map(Part).collect()
    }

    /// Reliability Analytics, "Reliability Modeling: k out of n Configuration" (2011): three of four
    /// displays of 0.9 each are 0.9477.
    #[test]
    fn three_of_four_displays() {
        assert_eq!(of(&AtLeast(3, parts(4)), &["0.9"; 4]), "0.9477");
    }

    /// Three of five components of 0.9 each function with 0.99144 (Mathematics Stack Exchange, "k out of
    /// n system", 2011, confirmed by hand there).
    #[test]
    fn three_of_five_components() {
        assert_eq!(of(&AtLeast(3, parts(5)), &["0.9"; 5]), "0.99144");
    }

    /// Microsoft, "Composite SLAs" (Azure architecture guidance): a web application of 99.95 % on a
    /// database of 99.99 % is 99.94 %; with a queue of 99.9 % to fall back on, the database or the queue
    /// is 99.99999 % and the whole 99.95 %, each as printed.
    #[test]
    fn composite_of_web_application_database_and_queue() {
        assert_eq!(of(&All(parts(2)), &["0.9995", "0.9999"]), "0.99940005");
        let fallback = AtLeast(1, parts(2));
        assert_eq!(of(&fallback, &["0.9999", "0.999"]), "0.9999999");
        let whole = All(vec![Part(2), fallback]);
        assert_eq!(of(&whole, &["0.9999", "0.999", "0.9995"]), "0.99949990005");
    }

    /// By enumeration of all eight states: up where 0 and 1, or 0 and 2, or 1 and 2 are.
    #[test]
    fn parts_of_a_group_may_differ() {
        // 0.9·0.8·0.7 + 0.9·0.8·0.3 + 0.9·0.2·0.7 + 0.1·0.8·0.7
        assert_eq!(of(&AtLeast(2, parts(3)), &["0.9", "0.8", "0.7"]), "0.902");
    }

    /// A network under both sides of a redundant pair is one network: 0.9 × (1 − 0.5²), not
    /// 1 − (1 − 0.45)².
    #[test]
    fn a_shared_part_fails_once() {
        let side = |own: usize| All(vec![Part(0), Part(own)]);
        assert_eq!(of(&AtLeast(1, vec![side(1), side(2)]), &["0.9", "0.5", "0.5"]), "0.675");
        assert_eq!(of(&All(vec![Part(0), Part(0)]), &["0.9"]), "0.9");
    }

    #[test]
    fn nothing_is_always_up_and_too_much_is_never() {
        assert_eq!(of(&All(vec![]), &[]), "1");
        assert_eq!(of(&AtLeast(3, parts(2)), &["0.9", "0.9"]), "0");
        let knit = All((0..17).chain(0..17).map(Part).collect());
        assert!(availability(&knit, &[Decimal::ONE; 17]).is_err());
    }
}
