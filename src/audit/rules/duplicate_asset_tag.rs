use super::duplicate_serial::report_same;
use super::{Check, Context, Rule};
use crate::finding::{Finding, Level};
use crate::model::Kind;

pub static RULE: Rule = Rule {
    id: "duplicate-asset-tag",
    level: Level::Error,
    what: "two items of one class have the same asset tag",
    why: "The organisation gives each tag once; two items under one tag cannot be told apart at a stocktaking.",
    bad: "# inventory/items/server/srv-web-02.yaml\nasset_tag: hs-0001\n",
    good: "# inventory/items/server/srv-web-02.yaml\nasset_tag: HS-0002\n",
    mend: "Correct the tag, or delete the record that is one too many.",
    check: Check::Estate {
        watches: &[(Kind::Item, "asset_tag"), (Kind::Item, "disposal"), (Kind::Item, "class")],
        run: check,
    },
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    report_same(&RULE, "asset_tag", context, findings);
}
