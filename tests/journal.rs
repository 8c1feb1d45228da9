//! The journal: golden files for one item whose figures are computed by hand, and sums over the
//! shipped estate against its register.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a test stops at what is not as it should be, and makes the files it needs"
)]

mod common;

use std::collections::BTreeMap;

use common::Estate;

const SETTINGS: &str = "organisation: {name: Helio}\ncurrency: EUR\nfiscal_year: {start: 01-01}\nbooks:\n  \
    accounting: {convention: thirty_360}\n  tax: {convention: thirty_360, excess_over: accounting}\n";
/// 3600 over three years is 100 a month. By declining balance (coefficient 1.25 for three years, a
/// rate of 41.67 %, then straight line) the first year is 1500, the second 2100 / 2 = 1050. The
/// excess of 300 at the end of 2023 is written back in 2024, when the item leaves.
const ITEM: &str = "id: srv\nclass: server\nname: 'Server \"1\"; | = @ é'\nstatus: in_stock\nacquired: 2023-01-01\n\
    cost: 3600.00 EUR\n";
const SCHEDULE: &str = "id: srv\nitem: srv\nbooks:\n  accounting: {method: straight_line, life: 3y, start: 2023-01-01}\n  \
    tax: {method: declining_balance, life: 3y, start: 2023-01-01}\nevents:\n  \
    - {date: 2024-06-30, kind: disposal, disposal: sale, proceeds: 1500.00 EUR}\n";

fn sold() -> Estate {
    let estate = Estate::begun();
    estate.write("inventory/settings.yaml", SETTINGS);
    estate.write("inventory/items/server/srv.yaml", ITEM);
    estate.write("inventory/schedules/srv.yaml", SCHEDULE);
    estate
}

fn export(estate: &Estate, syntax: &str, more: &[&str]) -> String {
    estate.ok(&[&["export", "journal", "--syntax", syntax], more].concat()).out
}

#[test]
fn hledger_opens_posts_and_asserts() {
    let text = export(&sold(), "hledger", &["--period", "2024-06-01..2024-12-31"]);
    let expected = "\
; Fixed assets, book accounting, 2024-06-01 to 2024-12-31, computed from worktree

decimal-mark .
commodity 0.00 EUR
account 145  ; Amortissements dérogatoires
account 2183  ; Matériel de bureau et matériel informatique
account 28183  ; Amortissements du matériel informatique
account 462  ; Créances sur cessions d'immobilisations
account 675  ; Valeurs comptables des éléments d'actif cédés
account 6811  ; Dotations aux amortissements des immobilisations
account 775  ; Produits des cessions d'éléments d'actif
account 78725  ; Reprises sur amortissements dérogatoires
account 890  ; Bilan d'ouverture

2024-06-01 Opening balances
    2183               3600.00 EUR
    145                -237.50 EUR
    28183             -1700.00 EUR
    890               -1662.50 EUR

2024-06-30 Depreciation
    6811                100.00 EUR
    28183              -100.00 EUR

2024-06-30 (srv) Disposal
    28183              1800.00 EUR
    675                1800.00 EUR
    2183              -3600.00 EUR

2024-06-30 (srv) Proceeds
    462                1500.00 EUR
    775               -1500.00 EUR

2024-12-31 Excess tax depreciation
    145                 237.50 EUR
    78725              -237.50 EUR

2024-12-31 Balances
    145                   0.00 EUR = 0.00 EUR
    2183                  0.00 EUR = 0.00 EUR
    28183                 0.00 EUR = 0.00 EUR
";
    assert_eq!(text, expected);
}

#[test]
fn beancount_opens_accounts_of_their_type() {
    // Of the whole time: from the acquisition to the value date.
    let text = export(&sold(), "beancount", &["--as-of", "2023-01-31"]);
    let expected = "\
; Fixed assets, book accounting, 2023-01-01 to 2023-01-31, computed from worktree

2023-01-01 open Equity:145  ; Amortissements dérogatoires
2023-01-01 open Assets:2183  ; Matériel de bureau et matériel informatique
2023-01-01 open Assets:28183  ; Amortissements du matériel informatique
2023-01-01 open Liabilities:404  ; Fournisseurs d'immobilisations
2023-01-01 open Expenses:6811  ; Dotations aux amortissements des immobilisations
2023-01-01 open Expenses:68725  ; Dotations aux amortissements dérogatoires

2023-01-01 * \"Acquisition\"
  item: \"srv\"
  Assets:2183                    3600.00 EUR
  Liabilities:404               -3600.00 EUR

2023-01-31 * \"Depreciation\"
  Expenses:6811                   100.00 EUR
  Assets:28183                   -100.00 EUR

2023-01-31 * \"Excess tax depreciation\"
  Expenses:68725                   25.00 EUR
  Equity:145                      -25.00 EUR

2023-02-01 balance Equity:145                      -25.00 EUR
2023-02-01 balance Assets:2183                    3600.00 EUR
2023-02-01 balance Assets:28183                   -100.00 EUR
";
    assert_eq!(text, expected);
}

/// From 2025 on the value given up is on 657 and the proceeds on 757.
#[test]
fn accounts_follow_the_settings_and_the_year() {
    let estate = sold();
    estate.replace("inventory/schedules/srv.yaml", "2024-06-30", "2025-06-30");
    let accounts = "accounts:\n  default: {charge: '68112', receivable: 4621-IT}\n  classes:\n    server: {asset: '21832'}\n";
    estate.write("inventory/settings.yaml", &format!("{SETTINGS}{accounts}"));
    let sums = sums(&export(&estate, "csv", &["--period", "FY2025"]));
    let expected = [("21832", "0.00"), ("4621-IT", "1500.00"), ("657", "600.00"), ("757", "-1500.00")];
    for (account, sum) in expected {
        assert_eq!(sums.get(account).copied(), Some(cents(sum)), "{account}: {sums:?}");
    }
    assert_eq!(sums.get("68112"), Some(&cents("600.00")));
    assert!(!sums.contains_key("2183") && !sums.contains_key("6811"));
    // A balance that another role moves could never be checked.
    let shared = "accounts: {default: {charge: '28183'}}\n";
    estate.write("inventory/settings.yaml", &format!("{SETTINGS}{shared}"));
    estate.refuses(&["export", "journal"], 3, "account 28183 is that of");
    let wrong = "accounts: {default: {chrage: '28183'}}\n";
    estate.write("inventory/settings.yaml", &format!("{SETTINGS}{wrong}"));
    estate.refuses(&["export", "journal"], 3, "the settings are missing or have errors");
    let wrong = "accounts: {default: {charge: '6811;x'}}\n";
    estate.write("inventory/settings.yaml", &format!("{SETTINGS}{wrong}"));
    estate.refuses(&["export", "journal"], 3, "the settings are missing or have errors");
}

#[test]
fn a_book_that_posts_yearly_posts_the_same_sums() {
    let estate = sold();
    let monthly = export(&estate, "csv", &["--period", "FY2023"]);
    estate.write(
        "inventory/settings.yaml",
        &SETTINGS.replace("thirty_360}\n  tax", "thirty_360, posting: yearly}\n  tax"),
    );
    let yearly = export(&estate, "csv", &["--period", "FY2023"]);
    assert_eq!(sums(&yearly), sums(&monthly));
    let charges = |text: &str| text.lines().filter(|line| line.contains(",6811,")).count();
    assert_eq!((charges(&monthly), charges(&yearly)), (12, 1));
    assert!(yearly.contains("2023-12-31,2,,Depreciation,6811,"), "{yearly}");
}

#[test]
fn a_hole_is_no_journal() {
    let estate = sold();
    estate.replace("inventory/items/server/srv.yaml", "cost: 3600.00 EUR\n", "");
    estate.refuses(&["export", "journal"], 3, "srv: item srv has no cost");
    let estate = sold();
    estate.refuses(&["export", "journal", "--period", "FY20"], 2, "there is no period `FY20`");
    estate.refuses(&["export", "journal", "--syntax", "hledgr"], 2, "did you mean `hledger`?");
    estate.refuses(&["export", "journal", "--book", "txa"], 2, "the books are: accounting, tax");
    assert_eq!(estate.run(&["export", "journal", "--period", "FY2020"]).code, 4);
}

/// Every entry sums to zero, and their sums are the figures that the register shows.
#[test]
fn sums_of_the_shipped_estate_are_those_of_its_register() {
    let estate = Estate::shipped();
    for period in ["FY2023", "FY2024", "FY2025", "2026-03", "2019-07-15..2026-02-10"] {
        let csv = export(&estate, "csv", &["--period", period]);
        let mut entries: BTreeMap<&str, i64> = BTreeMap::new();
        for line in csv.lines().skip(1) {
            *entries.entry(line.split(',').nth(1).unwrap()).or_default() += amount(line);
        }
        assert!(entries.len() > 1 && entries.values().all(|sum| *sum == 0), "{period}: {entries:?}");
        let sums = sums(&csv);
        let of = |accounts: &[&str]| accounts.iter().filter_map(|account| sums.get(*account)).sum::<i64>();
        let totals = estate.ok(&["schedule", "--all", "--period", period, "--json"]).json()["totals"].clone();
        let total = |key: &str| cents(totals[key]["amount"].as_str().unwrap());
        assert_eq!(of(&["205", "2183"]), total("gross_closing"), "{period}");
        assert_eq!(-of(&["2805", "28183"]), total("accumulated_closing"), "{period}");
        assert_eq!(of(&["6811"]), total("charge"), "{period}");
        assert_eq!(-of(&["404"]), total("additions"), "{period}");
        assert!(total("charge") > 0);
    }
}

/// Debits less credits by account, in cents.
fn sums(csv: &str) -> BTreeMap<String, i64> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        *sums.entry(line.split(',').nth(4).unwrap().to_owned()).or_default() += amount(line);
    }
    sums
}

/// The last four columns are the debit and the credit with their currencies; labels hold commas.
fn amount(line: &str) -> i64 {
    let cells: Vec<&str> = line.rsplitn(5, ',').collect();
    cents(cells[3]) - cents(cells[1])
}

fn cents(text: &str) -> i64 {
    if text.is_empty() { 0 } else { text.replace('.', "").parse().unwrap() }
}
