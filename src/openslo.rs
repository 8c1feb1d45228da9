//! Service levels as OpenSLO documents (`openslo/v1`, kind `SLO`) and back.
//!
//! An availability over a calendar month, quarter or year is an SLO with a calendar-aligned time window
//! and a `targetPercent`. Nothing else is carried: OpenSLO has no target of 100 %, so none that every
//! incident has to meet (times to own and to resolve), and no business hours, exclusions or penalties;
//! the estate has no rolling windows, no thresholds of requests and no queries of indicators. Of an SLO
//! that is read, indicators, alert policies and time slices are left aside. (OpenSLO specification,
//! github.com/OpenSLO/OpenSLO, README, "SLO".)

use rust_decimal::Decimal;

use crate::edit::Edit;
use crate::edits::{Assignment, EditError};
use crate::import::Rejection;
use crate::model::Kind;
use crate::model::service::Service;
use crate::model::service_level::{Metric, ServiceLevel, Unit, Window, service_levels};
use crate::snapshot::Snapshot;
use crate::suggest;
use crate::yaml::{self, Data, Value};

const VERSION: &str = "openslo/v1";

/// The documents of a service's levels, and the ids of the levels that cannot be carried.
pub fn documents<'a>(service: Service<'a>) -> (Vec<String>, Vec<&'a str>) {
    let (mut documents, mut left_out) = (Vec::new(), Vec::new());
    for level in service_levels(service.0) {
        match is_carried(&level) {
            true => documents.push(document(service, &level)),
            false => left_out.push(level.id),
        }
    }
    (documents, left_out)
}

/// Business hours would make another promise of it, so it is not carried with any.
fn is_carried(level: &ServiceLevel<'_>) -> bool {
    level.metric == Metric::Availability
        && level.target.at_least
        && level.target.quantity.unit == Unit::Percent
        && level.target.quantity.value < Decimal::ONE_HUNDRED
        && level.calendar.is_none()
}

fn document(service: Service<'_>, level: &ServiceLevel<'_>) -> String {
    let text = |text: &str| Data::text(text);
    let name = format!("{}-{}", service.id(), level.id);
    let calendar = Data::map([("startTime", text("2020-01-01 00:00:00")), ("timeZone", text("UTC"))]);
    let window = Data::map([
        ("duration", text(duration(level.window))),
        ("calendar", calendar),
        ("isRolling", Data::plain(false)),
    ]);
    let objective = Data::map([
        ("targetPercent", Data::plain(level.target.quantity.value)),
        ("timeSliceTarget", Data::plain("1.0")),
        ("timeSliceWindow", text("1m")),
    ]);
    let spec = Data::map([
        ("service", text(service.id())),
        ("indicatorRef", text(&name)),
        ("timeWindow", Data::List(vec![window])),
        ("budgetingMethod", text("Timeslices")),
        ("objectives", Data::List(vec![objective])),
    ]);
    let display = format!("{}: {}", service.name(), level.id);
    let metadata = Data::map([("name", text(&name)), ("displayName", text(&display))]);
    yaml::write(&Data::map([
        ("apiVersion", text(VERSION)),
        ("kind", text("SLO")),
        ("metadata", metadata),
        ("spec", spec),
    ]))
}

fn duration(window: Window) -> &'static str {
    match window {
        Window::Month => "1M",
        Window::Quarter => "1Q",
        Window::Year => "1Y",
    }
}

/// A level that an SLO asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Objective {
    pub service: String,
    pub id: String,
    /// In percent.
    pub target: Decimal,
    pub window: &'static str,
    pub origin: String,
}

/// Reads the documents of a file: the levels they ask for, and what is no such level and why. Documents
/// of other kinds are left aside.
pub fn read(text: &str) -> (Vec<Objective>, Vec<Rejection>) {
    let (mut objectives, mut rejections) = (Vec::new(), Vec::new());
    let mut line = 1;
    let mut document = String::new();
    for next in text.split_inclusive('\n').chain(["---"]) {
        if next.trim_end() != "---" {
            document.push_str(next);
            continue;
        }
        let lines = document.matches('\n').count();
        let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
        if !document.lines().all(is_blank) {
            let origin = format!("document at line {line}");
            match one(&document, &origin) {
                Ok(found) => objectives.extend(found),
                Err(reason) => rejections.push(Rejection { origin, reason }),
            }
        }
        line += lines + 1;
        document.clear();
    }
    (objectives, rejections)
}

fn one(text: &str, origin: &str) -> Result<Vec<Objective>, String> {
    let tree = yaml::parse(text).map_err(|problem| problem.message.clone())?;
    let root = tree.value(text);
    let at = |route: &[&str]| -> Option<&str> {
        let mut value = root;
        for key in route {
            value = value.field(key)?;
        }
        value.text()
    };
    match (at(&["apiVersion"]), at(&["kind"])) {
        (Some(VERSION), Some("SLO")) => {}
        (Some(VERSION), Some(_)) => return Ok(Vec::new()),
        (version, _) => {
            return Err(format!("its apiVersion is {}, not {VERSION}", version.unwrap_or("missing")));
        }
    }
    let name = at(&["metadata", "name"]).ok_or("it has no metadata.name")?;
    let service = at(&["spec", "service"]).ok_or("it has no spec.service")?;
    let spec = root.field("spec").ok_or("it has no spec")?;
    if spec.field("indicator").and_then(|sli| sli.field("spec")?.field("thresholdMetric")).is_some() {
        return Err(format!("{name} counts requests by a threshold, which is no availability of the estate"));
    }
    let window = window(spec).ok_or_else(|| {
        format!("the time window of {name} is no calendar month, quarter or year (1M, 1Q, 1Y)")
    })?;
    let objectives = spec.field("objectives").into_iter().flat_map(|list| list.elements());
    let targets = objectives.map(target).collect::<Option<Vec<Decimal>>>();
    let targets = targets.filter(|targets| !targets.is_empty());
    let targets =
        targets.ok_or_else(|| format!("{name} has no objective with a target or a targetPercent"))?;
    let base = name.strip_prefix(service).and_then(|rest| rest.strip_prefix('-')).unwrap_or(name);
    let id = |at: usize| if at == 0 { base.to_owned() } else { format!("{base}-{}", at + 1) };
    let objective = |(at, target): (usize, Decimal)| Objective {
        service: service.to_owned(),
        id: id(at),
        target,
        window,
        origin: origin.to_owned(),
    };
    Ok(targets.into_iter().enumerate().map(objective).collect())
}

fn window(spec: Value<'_>) -> Option<&'static str> {
    let mut windows = spec.field("timeWindow")?.elements();
    let (window, None) = (windows.next()?, windows.next()) else { return None };
    if window.field("isRolling").and_then(|rolling| rolling.text()) == Some("true") {
        return None;
    }
    match window.field("duration")?.text()? {
        "1M" => Some("month"),
        "1Q" | "3M" => Some("quarter"),
        "1Y" | "12M" | "4Q" => Some("year"),
        _ => None,
    }
}

fn target(objective: Value<'_>) -> Option<Decimal> {
    let number = |name: &str| Decimal::from_str_exact(objective.field(name)?.text()?).ok();
    let percent = match number("targetPercent") {
        Some(percent) => percent,
        None => number("target")?.checked_mul(Decimal::ONE_HUNDRED)?,
    };
    (Decimal::ZERO..Decimal::ONE_HUNDRED).contains(&percent).then(|| percent.normalize())
}

/// The edit that gives services the levels: new ones are added, those of the same id get the target and
/// the window and keep everything else.
///
/// # Errors
/// Where a record cannot be changed.
pub fn take(
    snapshot: &Snapshot,
    objectives: &[Objective],
    rejections: &mut Vec<Rejection>,
) -> Result<Edit, EditError> {
    let mut edit = Edit::new(match objectives.len() {
        1 => "Import 1 service level from OpenSLO".to_owned(),
        number => format!("Import {number} service levels from OpenSLO"),
    });
    let mut texts: Vec<(&str, String)> = Vec::new();
    for objective in objectives {
        let Some(service) = snapshot.service(&objective.service) else {
            let hint = suggest::did_you_mean(&objective.service, snapshot.ids(Kind::Service));
            let hint = hint.map(|hint| format!(": {hint}")).unwrap_or_default();
            let reason = format!("there is no service `{}`{hint}", objective.service);
            rejections.push(Rejection { origin: objective.origin.clone(), reason });
            continue;
        };
        let Some(schema) = service.0.schema(snapshot.schemas()) else { continue };
        let path = service.0.path();
        let at = texts.iter().position(|(known, _)| *known == path);
        let mut text = at.map_or_else(|| service.0.source().text().to_owned(), |at| texts.swap_remove(at).1);
        for assignment in assignments(service, objective) {
            text = assignment.apply(&text, schema)?;
        }
        texts.push((path, text));
    }
    for (path, text) in texts {
        if snapshot.by_path(path).is_none_or(|record| record.source().text() != text) {
            edit.write(path, text);
        }
    }
    Ok(edit)
}

fn assignments(service: Service<'_>, objective: &Objective) -> Vec<Assignment> {
    let target = format!(">= {}%", objective.target);
    let known = service_levels(service.0).find(|level| level.id == objective.id);
    let Some(level) = known else {
        let level = format!(
            "{{id: {}, metric: availability, target: '{target}', window: {}}}",
            objective.id, objective.window
        );
        return vec![Assignment {
            operator: crate::edits::Operator::Add,
            ..Assignment::set("service_levels", level)
        }];
    };
    let mut changes = Vec::new();
    let route = |field: &str| format!("service_levels[{}].{field}", level.at);
    if level.target.quantity.value != objective.target || !level.target.at_least {
        changes.push(Assignment::set(&route("target"), target));
    }
    let same_window = duration(level.window) == short(objective.window);
    if !same_window {
        changes.push(Assignment::set(&route("window"), objective.window));
    }
    changes
}

fn short(window: &str) -> &'static str {
    match window {
        "month" => "1M",
        "quarter" => "1Q",
        _ => "1Y",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::{SETTINGS, snapshot};

    const SERVICE: &str = "id: web\nname: Web\nstatus: in_use\nservice_levels:\n  - {id: availability, metric: availability, target: '>= 99.95%', window: quarter} # ours\n  - {id: repair, metric: resolution_time, target: '<= 4h', window: month}\n";

    /// The fields and values that the specification of openslo/v1 asks of an SLO.
    #[test]
    fn a_level_is_written_as_the_specification_says() {
        let snapshot = snapshot(&[SETTINGS, ("services/web.yaml", SERVICE)]);
        let (documents, left_out) = documents(snapshot.service("web").unwrap());
        assert_eq!(left_out, ["repair"]);
        let read: serde_json::Value = serde_yaml::from_str(&documents[0]).unwrap();
        let expected = serde_json::json!({
            "apiVersion": "openslo/v1",
            "kind": "SLO",
            "metadata": {"name": "web-availability", "displayName": "Web: availability"},
            "spec": {
                "service": "web",
                "indicatorRef": "web-availability",
                "timeWindow": [{
                    "duration": "1Q",
                    "calendar": {"startTime": "2020-01-01 00:00:00", "timeZone": "UTC"},
                    "isRolling": false
                }],
                "budgetingMethod": "Timeslices",
                "objectives": [{"targetPercent": 99.95, "timeSliceTarget": 1.0, "timeSliceWindow": "1m"}]
            }
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn what_was_written_changes_nothing_when_read() {
        let snapshot = snapshot(&[SETTINGS, ("services/web.yaml", SERVICE)]);
        let (written, _) = documents(snapshot.service("web").unwrap());
        let (objectives, mut rejections) = read(&written.join("---\n"));
        assert_eq!((objectives.len(), rejections.len()), (1, 0));
        assert!(take(&snapshot, &objectives, &mut rejections).unwrap().is_empty());
    }

    /// After `examples/budgeting-method/timeslices-slo.yaml` of OpenSLO, whose two objectives are 0.995 and
    /// 0.99, and `occurences-slo.yaml`, which has a rolling window.
    #[test]
    fn levels_are_taken_and_the_rest_is_told() {
        let text = "# SLAs\napiVersion: openslo/v1\nkind: Service\nmetadata: {name: web}\n---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {name: uplink}\nspec:\n  service: web\n  timeWindow:\n    - duration: 1M\n      isRolling: false\n      calendar: {startTime: 2022-01-01 12:00:00, timeZone: America/New_York}\n  budgetingMethod: Timeslices\n  objectives:\n    - {displayName: Internal objective, target: 0.995, timeSliceTarget: 0.99, timeSliceWindow: 1m}\n    - {displayName: SLA, target: 0.99}\n---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {name: web-availability}\nspec:\n  service: web\n  timeWindow: [{duration: 1M, calendar: {startTime: 2022-01-01 12:00:00, timeZone: UTC}}]\n  objectives: [{targetPercent: 99.9}]\n---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {name: search}\nspec:\n  service: web\n  timeWindow: [{duration: 2w, isRolling: true}]\n  objectives: [{target: 0.99}]\n---\napiVersion: n9/v1alpha\nkind: SLO\n";
        let (objectives, mut rejections) = read(text);
        let reasons: Vec<&str> = rejections.iter().map(|rejection| rejection.reason.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "the time window of search is no calendar month, quarter or year (1M, 1Q, 1Y)",
                "its apiVersion is n9/v1alpha, not openslo/v1"
            ]
        );
        let snapshot = snapshot(&[SETTINGS, ("services/web.yaml", SERVICE)]);
        let edit = take(&snapshot, &objectives, &mut rejections).unwrap();
        let (_, text) = edit.files().next().unwrap();
        let text = text.unwrap();
        // The known level keeps its place and comment; two are new.
        assert!(
            text.contains(
                "{id: availability, metric: availability, target: '>= 99.9%', window: month} # ours\n"
            ),
            "{text}"
        );
        assert!(
            text.contains("- {id: uplink, metric: availability, target: '>= 99.5%', window: month}\n"),
            "{text}"
        );
        assert!(
            text.contains("- {id: uplink-2, metric: availability, target: '>= 99%', window: month}\n"),
            "{text}"
        );
    }

    #[test]
    fn a_service_that_is_not_there_is_told_with_the_nearest() {
        let snapshot = snapshot(&[SETTINGS, ("services/web.yaml", SERVICE)]);
        let objective = Objective {
            service: "wed".into(),
            id: "a".into(),
            target: Decimal::from(99),
            window: "month",
            origin: "document at line 1".into(),
        };
        let mut rejections = Vec::new();
        assert!(take(&snapshot, &[objective], &mut rejections).unwrap().is_empty());
        assert_eq!(rejections[0].reason, "there is no service `wed`: did you mean `web`?");
    }
}
