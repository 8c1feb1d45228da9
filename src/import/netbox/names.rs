//! Ids for what NetBox knows by number.
//!
//! Each object wants ids from the shortest to the most exact: `web-01`, `web-01-paris`,
//! `web-01-device-12`. Objects that want the same one all take their next, so the order of the
//! file has no say and the ids are the same at every run.

use std::collections::{BTreeMap, HashMap};

use super::dump::Key;
use crate::model::Kind;
use crate::model::slug::slug;

pub struct Wanted<'d> {
    pub key: Key<'d>,
    pub kind: Kind,
    /// The shortest first.
    pub names: Vec<String>,
}

/// Two names for any object: what it is, and its number, which no other object has.
fn last_names(key: Key<'_>, name: &str) -> [String; 2] {
    let word = key.model.split_once('.').map_or(key.model, |(_, word)| word);
    [format!("{name} {word}"), format!("{name} {word} {}", key.pk)]
}

pub fn assign<'d>(wanted: Vec<Wanted<'d>>) -> BTreeMap<Key<'d>, String> {
    let candidates: Vec<(Key<'d>, Kind, Vec<String>)> = wanted
        .into_iter()
        .map(|Wanted { key, kind, mut names }| {
            names.extend(last_names(key, names.first().map_or("", String::as_str)));
            (key, kind, names.iter().map(|name| slug(name)).collect())
        })
        .collect();
    let mut levels = vec![0; candidates.len()];
    loop {
        let mut by_id: HashMap<(Kind, &str), Vec<usize>> = HashMap::new();
        for (index, ((_, kind, names), level)) in candidates.iter().zip(&levels).enumerate() {
            if let Some(name) = names.get(*level) {
                by_id.entry((*kind, name)).or_default().push(index);
            }
        }
        let mut moved = false;
        for index in by_id.into_values().filter(|same| same.len() > 1).flatten() {
            let last = candidates.get(index).map_or(0, |(_, _, names)| names.len().saturating_sub(1));
            if let Some(level) = levels.get_mut(index).filter(|level| **level < last) {
                *level += 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let chosen = candidates.into_iter().zip(levels);
    chosen.filter_map(|((key, _, mut names), level)| Some((key, names.drain(level..).next()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(wanted: &[(u64, &[&str])]) -> Vec<(u64, String)> {
        let wanted = wanted.iter().map(|(pk, names)| Wanted {
            key: Key { model: "dcim.device", pk: *pk },
            kind: Kind::Item,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        });
        assign(wanted.collect()).into_iter().map(|(key, id)| (key.pk, id)).collect()
    }

    #[test]
    fn who_wants_the_same_id_takes_a_longer_one_whatever_the_order() {
        let wanted: [(u64, &[&str]); 4] = [
            (1, &["PP:MDF", "PP:MDF north"]),
            (2, &["PP:MDF", "PP:MDF south"]),
            (3, &["web"]),
            (4, &["pp-mdf-south"]),
        ];
        let expected = [
            (1, "pp-mdf-north".to_owned()),
            (2, "pp-mdf-device".to_owned()),
            (3, "web".to_owned()),
            (4, "pp-mdf-south-device".to_owned()),
        ];
        assert_eq!(ids(&wanted), expected);
        let mut backwards = wanted;
        backwards.reverse();
        assert_eq!(ids(&backwards), expected);
    }

    #[test]
    fn names_without_letters_have_ids_too() {
        let found = ids(&[(1, &["東京"]), (2, &["…"]), (3, &["…"])]);
        assert!(found.iter().all(|(_, id)| crate::model::is_valid_id(id)), "{found:?}");
        assert_eq!(found[2].1, "device-3");
    }
}
