//! The signers that the organisation has pinned: whose key may sign its tags, and when.

use super::record::{Record, as_date};
use crate::finding::Finding;
use crate::signature::{Key, Signer};

/// The signers of a record in its order, and what is wrong with the keys of those left out.
pub fn signers(record: &Record) -> (Vec<Signer>, Vec<Finding>) {
    let (mut signers, mut unusable) = (Vec::new(), Vec::new());
    let list = record.field("signers").into_iter().flat_map(|list| list.elements());
    for (index, signer) in list.enumerate() {
        let text = |name: &str| signer.field(name)?.text();
        let (Some(principal), Some(line)) = (text("principal"), text("key")) else { continue };
        let date = |name: &str| signer.field(name).and_then(as_date);
        match Key::parse(line) {
            Ok(key) => signers.push(Signer {
                principal: principal.to_owned(),
                key,
                valid_after: date("valid_after"),
                valid_before: date("valid_before"),
            }),
            Err(why) => {
                let field = format!("signers[{index}].key");
                let message = format!("the key of {principal} cannot be used: {why}");
                let finding = Finding::error("unusable-signer", record.at(&field), message).field(field);
                unusable.push(finding);
            }
        }
    }
    (signers, unusable)
}
