//! What makes a finding the same from one run to the next, as one text: a service that is told of
//! it again must not take it for a new one because a line moved.

use std::collections::HashMap;

use crate::finding::Finding;

/// The fingerprints of one answer.
#[derive(Default)]
pub struct Fingerprints {
    seen: HashMap<u64, u32>,
}

impl Fingerprints {
    /// Two findings of one identity are told apart by their order, as GitHub's own hashes are.
    pub fn of(&mut self, finding: &Finding) -> String {
        let identity = fingerprint(finding);
        let occurrence = self.seen.entry(identity).and_modify(|times| *times += 1).or_insert(1);
        format!("{identity:016x}:{occurrence}")
    }
}

/// FNV-1a over what makes a finding the same over time. Written out here because it is stored by
/// others: a hash from a library may change with its version.
fn fingerprint(finding: &Finding) -> u64 {
    let (rule, path, field, message) = finding.identity();
    let parts = [rule, path, field, message];
    // 0xff occurs in no UTF-8 text, so parts cannot run into each other.
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xff]));
    fnv_1a(bytes)
}

fn fnv_1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::fnv_1a;

    /// The published test vector of FNV-1a 64 for "foobar" pins the constants.
    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fnv_1a("foobar".bytes()), 0x85944171f73967e8);
    }
}
