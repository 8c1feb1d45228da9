//! A record in the making.

use estate::edits::Assignment;
use estate::model::{Kind, Place};
use estate::schema::Schema;
use estate::snapshot::Snapshot;
use estate::yaml::{self, Route, Value};

use crate::cli::failure::Failure;

/// What is known of a new record before it has a place in the estate.
pub struct Draft {
    pub kind: Kind,
    pub class: Option<String>,
    /// The id that was asked for.
    pub id: Option<String>,
    /// What it says so far, under a name for the time being where no id was asked for.
    pub text: String,
}

/// The id of a draft until it has one of its own.
const NAMELESS: &str = "new";

impl Draft {
    pub fn new(kind: Kind, class: Option<String>, id: Option<String>) -> Self {
        Self { kind, class, id, text: format!("id: {NAMELESS}\n") }
    }

    pub fn place(&self) -> Place {
        Place::new(self.kind, self.class.as_deref(), self.id.as_deref().unwrap_or(NAMELESS))
    }

    pub fn schema<'s>(&self, outline: &'s Snapshot) -> anyhow::Result<&'s Schema> {
        let name = self.class.as_deref().unwrap_or(self.kind.name());
        let schema = outline.schemas().get(name).map(|schema| &**schema);
        schema.ok_or_else(|| Failure::failed(format!("there is no schema `{name}`")).into())
    }

    /// Looks at what the draft says so far.
    pub fn look<T>(&self, look: impl FnOnce(Value<'_>) -> Option<T>) -> Option<T> {
        let tree = yaml::parse(&self.text).ok()?;
        look(tree.value(&self.text))
    }

    pub fn says(&self, route: &str) -> bool {
        self.look(|root| root.at(&Route::parse(route)).map(drop)).is_some()
    }

    pub fn apply(&mut self, assignment: &Assignment, schema: &Schema) -> Result<(), Failure> {
        self.text = assignment.apply(&self.text, schema)?;
        Ok(())
    }
}
