use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::signers::signers;
use crate::model::{Kind, Record};

pub static RULE: Rule = Rule {
    id: "unusable-signer",
    level: Level::Error,
    what: "a pinned signer has a key that no signature can be checked by",
    why: "Signatures are judged by all pinned signers or not at all: with one that cannot be read, none counts.",
    bad: "# inventory/signers.yaml\nsigners:\n  - {principal: ada@helio.example, key: ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7}\n",
    good: "# inventory/signers.yaml\nsigners:\n  - principal: ada@helio.example\n    key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBSG/fml9xv+ujNxfed0AtBBOfhLIhzhQrOrKuNqzy4P\n",
    mend: "Write the line of the file that ends in .pub, of a key of ed25519 or ecdsa-sha2-nistp256, whole and unbroken.",
    check: Check::Record(check),
};

fn check(record: &Record, _context: &Context<'_>, findings: &mut Vec<Finding>) {
    if record.kind() == Kind::Signers && record.is_sound() {
        let (_, unusable) = signers(record);
        findings.extend(unusable.into_iter().map(|finding| finding.help(RULE.mend.trim_end_matches('.'))));
    }
}
