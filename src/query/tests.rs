use super::*;
use crate::report::Cell;
use crate::snapshot::testing::{SETTINGS, snapshot};

fn estate() -> Snapshot {
    snapshot(&[
        SETTINGS,
        (
            "items/server/srv-2.yaml",
            "id: srv-2\nclass: server\nname: Web\nstatus: in_use\nowner: infra\ncost: 900.00 EUR\nin_service: 2023-03-01\nattributes: {cpu_cores: 16}\ntags: [front, prod]\n",
        ),
        (
            "items/server/srv-10.yaml",
            "id: srv-10\nclass: server\nname: Database\nstatus: retired\ncost: 10000.00 EUR\nin_service: 2024-03-01\nattributes: {cpu_cores: 4}\nserial: AB-WEB-7\n",
        ),
        ("items/server/srv-broken.yaml", "id: [\nweb: 1\n"),
        (
            "items/laptop/lap-1.yaml",
            "id: lap-1\nclass: laptop\nname: Laptop\nstatus: in_use\ncost: 100.00 USD\n",
        ),
        ("items/location/site.yaml", "id: site\nclass: location\nname: Site\nstatus: in_use\n"),
        (
            "items/location/room.yaml",
            "id: room\nclass: location\nname: Room\nstatus: in_use\nrelations: {part_of: [site]}\n",
        ),
        (
            "contracts/care.yaml",
            "id: care\nside: supplier\nkind: maintenance\nparty: dell\nterm: {start: 2023-03-01, length: 3y}\nprice: {amount: 120.00 EUR, per: year}\ncovers: [srv-2]\n",
        ),
        (
            "services/shop.yaml",
            "id: shop\nname: Shop\nstatus: in_use\nconsumers: {sales: 100%}\ncomponents: [{item: srv-2, share: 60%}, {item: srv-10}]\n",
        ),
    ])
}

/// The ids that a list of `name` under conditions holds, those of unreadable records left out.
fn ids(name: &str, conditions: &[&str]) -> Vec<String> {
    let snapshot = estate();
    let scope = Scope::named(name, &snapshot).unwrap();
    let filters = conditions.iter().map(|text| Filter::parse(text, &scope).unwrap()).collect();
    let query = Query { scope, filters, columns: Vec::new(), sort: Vec::new(), limit: None };
    let answer = query.run(&snapshot);
    answer.records.iter().filter(|record| is_readable(record)).map(|record| record.id().to_owned()).collect()
}

fn error(name: &str, condition: &str) -> (String, String) {
    let snapshot = estate();
    let error = Filter::parse(condition, &Scope::named(name, &snapshot).unwrap()).unwrap_err();
    (error.message, error.hint.unwrap_or_default())
}

#[test]
fn scopes_are_kinds_folders_and_classes() {
    let snapshot = estate();
    let scope = |name: &str| Scope::named(name, &snapshot).map(|scope| (scope.kind, scope.class));
    assert_eq!(scope("items"), Some((Kind::Item, None)));
    assert_eq!(scope("party"), scope("parties"));
    assert_eq!(scope("servers"), Some((Kind::Item, Some("server"))));
    assert_eq!((scope("sever"), scope("")), (None, None));
}

#[test]
fn values_compare_as_their_type() {
    // As text, 10000.00 would lie before 900.00, and 16 before 4.
    assert_eq!(ids("server", &["cost>900 EUR"]), ["srv-10"]);
    assert_eq!(ids("server", &["cost>=900"]), ["srv-10", "srv-2"]);
    assert_eq!(ids("server", &["cost=900 EUR"]), ["srv-2"]);
    assert_eq!(ids("server", &["attributes.cpu_cores>4"]), ["srv-2"]);
    assert_eq!(ids("server", &["in_service<2024-01-01"]), ["srv-2"]);
    assert_eq!(ids("contract", &["end<=2026-02-28"]), ["care"]);
    assert!(ids("contract", &["end<2026-02-28"]).is_empty());
    // Amounts in another currency are neither greater nor smaller.
    assert_eq!(ids("item", &["cost<=100"]), [""; 0]);
}

#[test]
fn texts_are_equal_exactly_and_contain_in_any_case() {
    assert_eq!(ids("server", &["name=Web"]), ["srv-2"]);
    assert!(ids("server", &["name=web"]).is_empty());
    assert_eq!(ids("server", &["name~WEB"]), ["srv-2"]);
    assert_eq!(ids("server", &["status!=in_use"]), ["srv-10"]);
    assert_eq!(ids("server", &["owner="]), ["srv-10"]);
    assert_eq!(ids("server", &["owner!="]), ["srv-2"]);
    assert_eq!(ids("server", &["status=in_use", "cost>5000"]), [""; 0]);
}

#[test]
fn lists_and_mappings_are_searched_value_by_value() {
    assert_eq!(ids("item", &["tags=prod"]), ["srv-2"]);
    assert_eq!(ids("service", &["components.item=srv-10"]), ["shop"]);
    assert_eq!(ids("service", &["components[1].item=srv-2"]), [""; 0]);
    assert_eq!(ids("service", &["components.share>50%"]), ["shop"]);
    assert_eq!(ids("service", &["consumers=sales"]), ["shop"]);
    assert_eq!(ids("contract", &["covers=srv-2"]), ["care"]);
}

#[test]
fn wrong_conditions_say_how_to_mend_them() {
    let hint = |condition: &str| error("server", condition).1;
    assert_eq!(hint("onwer=x"), "did you mean `owner`?");
    assert_eq!(hint("cpu_cores>4"), "did you mean `attributes.cpu_cores`?");
    assert_eq!(hint("owner.name=x"), "`estate schema server` lists the fields");
    assert_eq!(hint("status=inuse"), "did you mean `in_use`?");
    assert_eq!(hint("cost>abc"), "`cost` is money such as 8420.00 EUR");
    assert_eq!(hint("in_service>2023"), "`in_service` is a date such as 2023-03-01");
    assert_eq!(hint("name>a"), "=, != and ~ work on every field");
    assert_eq!(error("server", "cost>").0, "`cost>` compares with nothing");
    for text in ["", "name", "=x", "!", "name!x"] {
        assert_eq!(error("server", text).0, format!("`{text}` is not a condition"));
    }
}

fn table(name: &str, columns: &[&str], sort: &[&str], limit: Option<usize>) -> Section {
    let snapshot = estate();
    let scope = Scope::named(name, &snapshot).unwrap();
    let columns = columns.iter().map(|name| Field::find(name, &scope).unwrap()).collect();
    let sort = sort.iter().map(|key| SortKey::parse(key, &scope).unwrap()).collect();
    let query = Query { scope, filters: Vec::new(), columns, sort, limit };
    query.section(&query.run(&snapshot))
}

fn shown(section: &Section, at: usize) -> Vec<String> {
    section.rows.iter().map(|row| row.cells[at].to_string()).collect()
}

#[test]
fn rows_are_sorted_by_type_and_end_with_what_has_no_value() {
    let by = |key: &str| shown(&table("server", &["id"], &[key], None), 0);
    assert_eq!(by("cost"), ["srv-2", "srv-10", "srv-broken"]);
    assert_eq!(by("-cost"), ["srv-10", "srv-2", "srv-broken"]);
    assert_eq!(by("id"), ["srv-2", "srv-10", "srv-broken"]);
    assert_eq!(by("attributes.cpu_cores"), ["srv-10", "srv-2", "srv-broken"]);
}

#[test]
fn unreadable_records_are_rows_with_holes() {
    let section = table("server", &["id", "class", "name", "tags"], &[], None);
    let broken = &section.rows[2].cells;
    assert_eq!(broken[..2], [Cell::id("srv-broken"), Cell::text("server")]);
    assert_eq!(broken[2..], [Cell::missing("unreadable"), Cell::missing("unreadable")]);
}

#[test]
fn money_is_summed_in_one_currency_only() {
    let section = table("server", &["id", "cost"], &[], None);
    assert_eq!(section.totals, Some(vec![Cell::text("Total"), Cell::Money("10900.00 EUR".parse().unwrap())]));
    let section = table("item", &["id", "cost"], &[], None);
    assert_eq!(section.totals.unwrap()[1], Cell::missing("several currencies"));
    assert_eq!(
        table("server", &["id", "cost"], &["cost"], Some(1)).totals.unwrap()[1].to_string(),
        "900.00 EUR"
    );
    assert_eq!(table("server", &["id"], &[], None).totals, None);
    assert_eq!(table("contract", &["id", "price.amount"], &[], None).totals, None);
}

#[test]
fn default_columns_are_fields_of_every_scope() {
    let snapshot = estate();
    let mut names: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
    names.extend(snapshot.schemas().classes());
    for name in names {
        let scope = Scope::named(name, &snapshot).unwrap();
        for column in scope.default_columns() {
            assert!(Field::find(column, &scope).is_ok(), "{name}: {column}");
        }
    }
}

#[test]
fn a_place_holds_the_places_within_it() {
    let snapshot = estate();
    assert_eq!(places_within(&snapshot, "site"), ["site", "room"]);
    assert_eq!(places_within(&snapshot, "room"), ["room"]);
    assert_eq!(places_within(&snapshot, "nowhere"), ["nowhere"]);
}

#[test]
fn finds_ids_before_names_before_texts_before_references() {
    let snapshot = estate();
    let found = |text: &str| -> Vec<String> {
        let hits = search(&snapshot, text);
        hits.iter().map(|hit| format!("{} {}", hit.record.record_id(), hit.route)).collect()
    };
    assert_eq!(found("web"), ["item/srv-2 name", "item/srv-10 serial", "item/srv-broken "]);
    assert_eq!(
        found("SRV-2"),
        ["item/srv-2 id", "contract/care covers[0]", "service/shop components[0].item"]
    );
    assert_eq!(found("srv-1"), ["item/srv-10 id", "service/shop components[1].item"]);
    assert_eq!(found("sales"), ["service/shop consumers.sales"]);
    assert!(found("nothing like it").is_empty());
    let hit = &search(&snapshot, "ab-web")[0];
    assert_eq!(hit.location.to_string(), "inventory/items/server/srv-10.yaml:8:9");
}

#[test]
fn a_limit_hides_rows_but_not_how_many_there_are() {
    let snapshot = estate();
    let scope = Scope::named("server", &snapshot).unwrap();
    let query = Query { scope, filters: Vec::new(), columns: Vec::new(), sort: Vec::new(), limit: Some(1) };
    let answer = query.run(&snapshot);
    assert_eq!((answer.records.len(), answer.matched, answer.unreadable), (1, 3, 1));
}
