//! Texts with columns in them, as mappings write them: `{Site} {Rack}`.

use serde::Deserialize;

use super::Row;

/// A text with places for columns. `{Name}` is the cell of the column Name, `{A|B}` that of the
/// first column that has one, `{{` a brace.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    Text(String),
    /// The names of columns, of which the first that is not empty counts.
    Columns(Vec<String>),
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            literal.push_str(before);
            let doubled = [("{{", '{'), ("}}", '}')];
            let brace = doubled.into_iter().find_map(|(two, one)| Some((from.strip_prefix(two)?, one)));
            if let Some((after, brace)) = brace {
                literal.push(brace);
                rest = after;
                continue;
            }
            let (names, after) = from
                .strip_prefix('{')
                .and_then(|from| from.split_once('}'))
                .ok_or_else(|| format!("`{text}` has a brace without its partner; write {{{{ for a brace"))?;
            let names: Vec<String> = names.split('|').map(|name| name.trim().to_owned()).collect();
            if names.iter().any(String::is_empty) {
                return Err(format!("`{text}` has a column without a name"));
            }
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(Part::Columns(names));
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Self { parts })
    }
}

impl Template {
    /// The text for a row; nothing where one of its columns is empty, because half a name would be
    /// the name of something else.
    pub fn fill(&self, row: &Row<'_>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Columns(names) => text
                    .push_str(names.iter().filter_map(|name| row.get(name)).find(|cell| !cell.is_empty())?),
            }
        }
        let trimmed = text.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// The text, where it has no columns.
    pub fn constant(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The columns that it reads; of each place all that will do.
    pub fn columns(&self) -> impl Iterator<Item = &[String]> {
        self.parts.iter().filter_map(|part| match part {
            Part::Columns(names) => Some(names.as_slice()),
            Part::Text(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(template: &str) -> Option<String> {
        let cell = |name: &str| match name {
            "Site" => Some("Paris"),
            "Rack" => Some(" R1 "),
            "Empty" => Some(""),
            _ => None,
        };
        Template::try_from(template.to_owned()).unwrap().fill(&Row(&cell))
    }

    #[test]
    fn columns_are_filled_in_or_nothing_is() {
        assert_eq!(fill("{Site}/{Rack}").as_deref(), Some("Paris/ R1"));
        assert_eq!(fill("constant").as_deref(), Some("constant"));
        assert_eq!(fill("{Site} {Empty}"), None);
        assert_eq!(fill("{Missing}"), None);
        assert_eq!(fill("{Missing|Empty|Site}").as_deref(), Some("Paris"));
        assert_eq!(fill("{{{Site}}}").as_deref(), Some("{Paris}"));
    }

    #[test]
    fn braces_must_match() {
        for wrong in ["{Site", "Site}", "{}", "{A|}"] {
            assert!(Template::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
