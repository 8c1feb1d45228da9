//! The rules, one file each; those that reading enforces stand together in `reading.rs`.

use super::{Check, Context, Rule, Waivers};
use crate::date::Date;
use crate::model::Record;
use crate::model::record::as_date;

mod amendment_outside_contract;
mod book_of_several_currencies;
mod clashing_changes;
mod colliding_path;
mod consumer_shares_not_100_percent;
mod contract_covers_nothing;
mod contract_covers_retired;
mod contract_ends_before_item;
mod cost_without_schedule;
mod customer_contract_without_service;
mod dangling_reference;
mod dates_out_of_order;
mod disposal_before_start;
mod disposal_mismatch;
mod duplicate_asset_tag;
mod duplicate_id;
mod duplicate_list_id;
mod duplicate_plan;
mod duplicate_serial;
mod expired_waiver;
mod fiscal_year_gap;
mod gap_in_rates;
mod hidden_character;
mod impossible_investment;
mod impossible_lease;
mod impossible_schedule;
mod in_use_without_date;
mod in_use_without_host;
mod in_use_without_location;
mod in_use_without_owner;
mod in_use_without_support;
mod invoice_in_other_currency;
mod licence_over_used;
mod min_up_above_group;
mod missing_change_reference;
mod missing_exchange_rate;
mod missing_settings;
mod mixed_currencies;
mod notice_longer_than_term;
mod over_allocated;
mod overlapping_amendments;
mod promise_without_backing;
mod reading;
mod relation_cycle;
mod restated_closing;
mod rests_on_retired;
mod salvage_above_cost;
mod schedule_before_acquisition;
mod schedule_without_cost;
mod secret_in_record;
mod section_179_over_limit;
mod self_reference;
mod service_without_components;
mod shared_host;
mod signed_after_start;
mod stale_record;
mod status_against_dates;
mod supplier_concentration;
mod support_ended;
mod term_ends_before_start;
mod unknown_book;
mod unknown_contract_part;
mod unknown_rule;
mod unpriced_component;
mod unpriced_work;
mod unreadable_waiver;
mod unusable_calendar;
mod unusable_driver;
mod unusable_index;
mod unusable_policy;
mod unusable_rate;
mod unusable_signer;
mod unused_waiver;
mod waiver_without_reason;
mod warranty_ends_before_acquisition;
mod wrong_reference_kind;

pub use duplicate_serial::identity;
pub(super) use missing_change_reference::check as missing_change_reference;
pub(super) use secret_in_record::hide as hide_secrets;

/// Every rule, in the order of the catalogue.
pub static RULES: &[&Rule] = &[
    // Files and their text.
    &reading::UNREADABLE_FILE,
    &reading::NOT_A_FILE,
    &reading::SYMLINK,
    &reading::STRAY_FILE,
    &colliding_path::RULE,
    &reading::EMPTY_FILE,
    &reading::TOO_LARGE,
    &reading::INVALID_UTF8,
    &reading::CONTROL_CHARACTER,
    &reading::CONFLICT_MARKER,
    &reading::MERGE_CONFLICT,
    &reading::LFS_POINTER,
    // Security of what is recorded.
    &hidden_character::RULE,
    &secret_in_record::RULE,
    &reading::PRIVATE_KEY_FILE,
    // YAML.
    &reading::SYNTAX,
    &reading::DIRECTIVE,
    &reading::SEVERAL_DOCUMENTS,
    &reading::NO_MAPPING,
    &reading::ANCHOR,
    &reading::ALIAS,
    &reading::MERGE_KEY,
    &reading::TAG,
    &reading::DUPLICATE_KEY,
    &reading::UNUSABLE_KEY,
    &reading::TOO_DEEP,
    &reading::TOO_MANY_NODES,
    // Fields.
    &reading::UNUSABLE_SCHEMA,
    &reading::UNKNOWN_CLASS,
    &reading::WRONG_FOLDER,
    &reading::INVALID_ID,
    &reading::ID_NOT_FILE_NAME,
    &reading::UNKNOWN_FIELD,
    &reading::MISSING_FIELD,
    &reading::EMPTY_VALUE,
    &reading::WRONG_TYPE,
    &reading::INVALID_VALUE,
    // Identity and references.
    &duplicate_id::RULE,
    &duplicate_list_id::RULE,
    &duplicate_serial::RULE,
    &duplicate_asset_tag::RULE,
    &dangling_reference::RULE,
    &wrong_reference_kind::RULE,
    &self_reference::RULE,
    &relation_cycle::RULE,
    // The life of items.
    &dates_out_of_order::RULE,
    &warranty_ends_before_acquisition::RULE,
    &status_against_dates::RULE,
    &in_use_without_date::RULE,
    &in_use_without_owner::RULE,
    &in_use_without_location::RULE,
    &in_use_without_host::RULE,
    &rests_on_retired::RULE,
    &stale_record::RULE,
    // Cost and depreciation.
    &cost_without_schedule::RULE,
    &schedule_without_cost::RULE,
    &schedule_before_acquisition::RULE,
    &unknown_book::RULE,
    &duplicate_plan::RULE,
    &mixed_currencies::RULE,
    &book_of_several_currencies::RULE,
    &salvage_above_cost::RULE,
    &disposal_before_start::RULE,
    &disposal_mismatch::RULE,
    &impossible_schedule::RULE,
    &section_179_over_limit::RULE,
    &impossible_investment::RULE,
    &restated_closing::RULE,
    // Contracts.
    &term_ends_before_start::RULE,
    &signed_after_start::RULE,
    &impossible_lease::RULE,
    &notice_longer_than_term::RULE,
    &contract_covers_retired::RULE,
    &contract_covers_nothing::RULE,
    &overlapping_amendments::RULE,
    &amendment_outside_contract::RULE,
    &unusable_index::RULE,
    &invoice_in_other_currency::RULE,
    &unknown_contract_part::RULE,
    &unusable_calendar::RULE,
    &promise_without_backing::RULE,
    &in_use_without_support::RULE,
    &contract_ends_before_item::RULE,
    &supplier_concentration::RULE,
    &licence_over_used::RULE,
    &customer_contract_without_service::RULE,
    &support_ended::RULE,
    // Services.
    &service_without_components::RULE,
    &min_up_above_group::RULE,
    &shared_host::RULE,
    &consumer_shares_not_100_percent::RULE,
    &over_allocated::RULE,
    &unpriced_component::RULE,
    &unusable_driver::RULE,
    // Rates.
    &unusable_rate::RULE,
    &gap_in_rates::RULE,
    &missing_exchange_rate::RULE,
    &unpriced_work::RULE,
    // Commits.
    &missing_change_reference::RULE,
    &clashing_changes::RULE,
    // Settings.
    &missing_settings::RULE,
    &fiscal_year_gap::RULE,
    // Policies, signers and waivers.
    &unusable_policy::RULE,
    &unusable_signer::RULE,
    &unknown_rule::RULE,
    &waiver_without_reason::RULE,
    &unreadable_waiver::RULE,
    &expired_waiver::RULE,
    &unused_waiver::RULE,
];

/// A date below a top-level field, such as `disposal.date`, found without building a route.
fn date_below(record: &Record, field: &str, key: &str) -> Option<Date> {
    record.field(field)?.field(key).and_then(as_date)
}

/// What says where the items of a record's class are: `location` or `host`.
fn place_of_class<'a>(record: &Record, context: &Context<'a>) -> Option<&'a str> {
    context.snapshot.schemas().class(record.class()?)?.place()
}
