//! A fact of the execution of a contract, as a new record.

use super::{Assignment, EditError, free_id, new_text};
use crate::contract::Dates;
use crate::date::Date;
use crate::edit::Edit;
use crate::model::contract::Contract;
use crate::model::{Kind, Place};
use crate::snapshot::Snapshot;
use crate::yaml::{self, Data, Route};

/// What happened: under which contract, of which kind, on which day, and the rest as assignments to
/// the fields of the fact.
pub struct Fact<'a> {
    pub contract: Contract<'a>,
    pub kind: &'a str,
    pub date: Date,
    pub assignments: &'a [Assignment],
}

impl Fact<'_> {
    /// The edit that records the fact, and its id. A notice also ends the contract: its record says
    /// until when it runs, in the same edit.
    ///
    /// # Errors
    /// An assignment that the schema of facts does not know, or a notice for no end that is known.
    pub fn edit(&self, snapshot: &Snapshot) -> Result<(Edit, String), EditError> {
        let schema = snapshot.schemas().get(Kind::Execution.name());
        let schema = schema.ok_or_else(|| EditError::new("there is no schema of executions"))?;
        let contract = self.contract.id();
        let mut text = String::from("id: new\n");
        let given = [("kind", self.kind.to_owned()), ("date", self.date.to_string())];
        for (field, value) in given {
            text = Assignment::set(field, value).apply(&text, schema)?;
        }
        for assignment in self.assignments {
            text = assignment.apply(&text, schema)?;
        }
        let mut edit = Edit::new(format!("Record {} of {contract} on {}", self.kind, self.date));
        if self.kind == "notice" {
            let ends = match field(&text, "ends") {
                Some(ends) => ends,
                None => {
                    let ends = self.end_by_notice()?.to_string();
                    text = Assignment::set("ends", ends.as_str()).apply(&text, schema)?;
                    ends
                }
            };
            edit.write(self.contract.0.path(), self.terminated(&ends)?);
        }
        let id = free_id(snapshot, &[Kind::Execution], &format!("{}-{}-{contract}", self.date, self.kind));
        let place = Place::new(Kind::Execution, Some(contract), &id);
        let tree = yaml::parse(&text).map_err(|problem| EditError::new(problem.message))?;
        edit.write(place.path(), new_text(&place, schema, &Data::from(tree.value(&text))));
        Ok((edit, id))
    }

    /// The end of the next term for which notice can still be given.
    fn end_by_notice(&self) -> Result<Date, EditError> {
        let dates = Dates::agreed_by(self.contract, self.date);
        let end = dates.and_then(|dates| Some(dates.term_of_notice(dates.notice_by(self.date)?)?.end));
        end.ok_or_else(|| {
            EditError::new(format!(
                "the contract {} does not say for which end the notice is",
                self.contract.id()
            ))
            .help("give it with ends=DATE, the last day of the contract")
        })
    }

    fn terminated(&self, ends: &str) -> Result<String, EditError> {
        let text = self.contract.0.source().text();
        if let Some(known) = self.contract.termination().map(|termination| termination.end.to_string())
            && known != ends
        {
            return Err(EditError::new(format!("the contract ends on {known} by its record already"))
                .help("change `termination` of the contract first, or give the same day with ends=DATE"));
        }
        let set = |text: &str, field: &str, value: &str| {
            yaml::set(text, &Route::parse(&format!("termination.{field}")), &Data::text(value))
        };
        Ok(set(&set(text, "given", &self.date.to_string())?, "end", ends)?)
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    let tree = yaml::parse(text).ok()?;
    tree.value(text).field(name)?.text().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::parse_date;
    use crate::snapshot::testing::snapshot;

    fn recorded(kind: &str, assignments: &[&str]) -> Result<Vec<(String, String)>, EditError> {
        let estate = snapshot(&[(
            "contracts/c.yaml",
            "id: c\nside: supplier\nkind: hosting\nparty: p\nterm: {start: 2020-01-01, length: 3y} # first\nrenewal: {mode: tacit, period: 1y, notice: 6mo}\n",
        )]);
        let assignments: Vec<Assignment> =
            assignments.iter().map(|text| Assignment::parse(text).unwrap()).collect();
        let fact = Fact {
            contract: estate.contract("c").unwrap(),
            kind,
            date: parse_date("2026-03-01").unwrap(),
            assignments: &assignments,
        };
        let (edit, _) = fact.edit(&estate)?;
        assert_eq!(estate.with(&edit).records().flat_map(|record| record.findings()).count(), 0);
        Ok(edit.files().map(|(path, text)| (path.to_owned(), text.unwrap_or_default().to_owned())).collect())
    }

    #[test]
    fn a_fact_is_a_file_in_the_folder_of_its_contract() {
        let files = recorded("invoice", &["amount=100.00 EUR", "period={from: 2026-03-01, to: 2026-03-31}"]);
        assert_eq!(
            files.unwrap(),
            [(
                "inventory/executions/c/2026-03-01-invoice-c.yaml".to_owned(),
                "# yaml-language-server: $schema=../../../schemas/execution.schema.json\nid: 2026-03-01-invoice-c\ncontract: c\nkind: invoice\ndate: 2026-03-01\namount: 100.00 EUR\nperiod:\n  from: 2026-03-01\n  to: 2026-03-31\n".to_owned()
            )]
        );
    }

    /// Notice of six months given on 1 March 2026 is for the end of 2026.
    #[test]
    fn a_notice_ends_the_contract_with_the_next_term_it_can() {
        let files = recorded("notice", &[]).unwrap();
        assert!(files[0].1.contains("{start: 2020-01-01, length: 3y} # first\n"));
        assert!(
            files[0].1.ends_with("termination:\n  given: 2026-03-01\n  end: 2026-12-31\n"),
            "{}",
            files[0].1
        );
        assert!(files[1].1.contains("\nends: 2026-12-31\n"));
    }
}
