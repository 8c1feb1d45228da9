//! The canonical form of a record's file: the keys in the order of its schema.

use super::EditError;
use crate::model::Record;
use crate::schema::{Schemas, Shape};
use crate::yaml::{self, Route};

/// The record's text as [`yaml::format`] writes it.
///
/// # Errors
/// When the file is no YAML, or is written in a way that cannot be changed with confidence.
pub fn formatted(record: &Record, schemas: &Schemas) -> Result<String, EditError> {
    let shape = record.schema(schemas).map_or(Shape::any(), |schema| schema.shape());
    let rank = |mapping: &Route, key: &str| shape.at(mapping)?.fields().position(|(name, _)| name == key);
    Ok(yaml::format(record.source().text(), &rank)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::snapshot::testing::snapshot;

    #[test]
    fn keys_stand_in_the_order_of_the_schema_at_every_depth() {
        let estate = snapshot(&[(
            "contracts/c.yaml",
            "term: {length: 1y, start: 2023-01-01}\nparty: p\nside: supplier\nkind: lease\nzeal: 1\nid: c\n",
        )]);
        let text = formatted(estate.get(Kind::Contract, "c").unwrap(), estate.schemas()).unwrap();
        let expected =
            "id: c\nside: supplier\nkind: lease\nparty: p\nterm: {start: 2023-01-01, length: 1y}\nzeal: 1\n";
        assert_eq!(text, expected);
    }
}
