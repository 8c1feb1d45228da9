//! The options of `estate add` that stand for fields.

use estate::edits::{Assignment, EditError, Operator};
use estate::model::Kind;

/// Fields of a new record. `--set` reaches every other one.
#[derive(clap::Args)]
pub struct Fields {
    /// The name by which people know it
    #[arg(long, value_name = "TEXT", help_heading = "Fields")]
    name: Option<String>,
    /// The stage of its life: planned, ordered, in_stock, in_use, …
    #[arg(long, value_name = "STATUS", help_heading = "Fields")]
    status: Option<String>,
    /// The party answerable for it
    #[arg(long, value_name = "PARTY", help_heading = "Fields")]
    owner: Option<String>,
    /// A label; may be given several times
    #[arg(long, value_name = "TAG", help_heading = "Fields")]
    tag: Vec<String>,
    /// Any field: field=value, or field+=value to add to a list
    #[arg(long, value_name = "FIELD=VALUE", help_heading = "Fields")]
    set: Vec<String>,

    /// The location where it stands
    #[arg(long, value_name = "LOCATION", help_heading = "Fields of items")]
    location: Option<String>,
    /// The model as the manufacturer names it
    #[arg(long, value_name = "TEXT", help_heading = "Fields of items")]
    model: Option<String>,
    /// The maker
    #[arg(long, value_name = "TEXT", help_heading = "Fields of items")]
    manufacturer: Option<String>,
    /// The serial number, kept as typed
    #[arg(long, value_name = "TEXT", help_heading = "Fields of items")]
    serial: Option<String>,
    /// The organisation's inventory number, kept as typed
    #[arg(long, value_name = "TEXT", help_heading = "Fields of items")]
    asset_tag: Option<String>,
    /// The date of delivery
    #[arg(long, value_name = "DATE", help_heading = "Fields of items")]
    acquired: Option<String>,
    /// The date of first use, from which it is depreciated
    #[arg(long, value_name = "DATE", help_heading = "Fields of items")]
    in_service: Option<String>,
    /// The acquisition cost without recoverable tax, such as '8420.00 EUR'
    #[arg(long, value_name = "MONEY", help_heading = "Fields of items")]
    cost: Option<String>,
    /// The party that sold it
    #[arg(long, value_name = "PARTY", help_heading = "Fields of items")]
    supplier: Option<String>,
    /// What it runs on; several are a,b
    #[arg(long, value_name = "ITEMS", help_heading = "Fields of items")]
    runs_on: Option<String>,

    /// supplier or customer
    #[arg(long, value_name = "SIDE", help_heading = "Fields of contracts")]
    side: Option<String>,
    /// What a contract is about (maintenance, lease, …), or what a party is (supplier, team, …)
    #[arg(long, value_name = "KIND", help_heading = "Fields of contracts")]
    kind: Option<String>,
    /// The other party
    #[arg(long, value_name = "PARTY", help_heading = "Fields of contracts")]
    party: Option<String>,
    /// The first day, also of a depreciation schedule
    #[arg(long, value_name = "DATE", help_heading = "Fields of contracts")]
    start: Option<String>,
    /// The length of the first term, such as 3y; with neither it nor --end, the contract is open-ended
    #[arg(long, value_name = "DURATION", help_heading = "Fields of contracts", conflicts_with = "end")]
    length: Option<String>,
    /// The last day of the first term
    #[arg(long, value_name = "DATE", help_heading = "Fields of contracts")]
    end: Option<String>,
    /// The price and its period, such as '1200.00 EUR/year' (month, quarter, year or once)
    #[arg(long, value_name = "MONEY/PERIOD", help_heading = "Fields of contracts")]
    price: Option<String>,
    /// The items and services it is about; several are a,b
    #[arg(long, value_name = "IDS", help_heading = "Fields of contracts")]
    covers: Option<String>,

    /// The item whose cost is spread
    #[arg(long, value_name = "ITEM", help_heading = "Fields of schedules")]
    pub item: Option<String>,
    /// The set of books that --method, --life, --start and --salvage-value are for
    #[arg(long, value_name = "BOOK", help_heading = "Fields of schedules")]
    pub book: Option<String>,
    /// How the cost is spread: straight_line
    #[arg(long, value_name = "METHOD", help_heading = "Fields of schedules")]
    method: Option<String>,
    /// The useful life, such as 5y
    #[arg(long, value_name = "DURATION", help_heading = "Fields of schedules")]
    life: Option<String>,
    /// The value expected at the end of the useful life
    #[arg(long, value_name = "MONEY", help_heading = "Fields of schedules")]
    salvage_value: Option<String>,
}

impl Fields {
    /// The fields as assignments, those of `--set` last. `book` is the one that plans are for.
    ///
    /// # Errors
    /// When a `--set` is no assignment.
    pub fn assignments(&self, kind: Kind, book: &str) -> Result<Vec<Assignment>, EditError> {
        let plan = |field: &str| format!("books.{book}.{field}");
        let start = if kind == Kind::Schedule { plan("start") } else { "term.start".to_owned() };
        let (amount, per) = match self.price.as_deref().map(|price| price.split_once('/')) {
            Some(Some((amount, per))) => (Some(amount.trim().to_owned()), Some(per.trim().to_owned())),
            _ => (self.price.clone(), None),
        };
        let (method, life, salvage) = (plan("method"), plan("life"), plan("salvage_value"));
        let single = [
            ("name", &self.name),
            ("status", &self.status),
            ("owner", &self.owner),
            ("location", &self.location),
            ("model", &self.model),
            ("manufacturer", &self.manufacturer),
            ("serial", &self.serial),
            ("asset_tag", &self.asset_tag),
            ("acquired", &self.acquired),
            ("in_service", &self.in_service),
            ("cost", &self.cost),
            ("supplier", &self.supplier),
            ("relations.runs_on", &self.runs_on),
            ("side", &self.side),
            ("kind", &self.kind),
            ("party", &self.party),
            (start.as_str(), &self.start),
            ("term.length", &self.length),
            ("term.end", &self.end),
            ("price.amount", &amount),
            ("price.per", &per),
            ("covers", &self.covers),
            ("item", &self.item),
            (method.as_str(), &self.method),
            (life.as_str(), &self.life),
            (salvage.as_str(), &self.salvage_value),
        ];
        let given = single.into_iter().filter_map(|(route, value)| Some((route, value.as_ref()?)));
        let mut assignments: Vec<Assignment> =
            given.map(|(route, value)| Assignment::set(route, value.as_str())).collect();
        for tag in &self.tag {
            assignments.push(Assignment { operator: Operator::Add, ..Assignment::set("tags", tag.as_str()) });
        }
        for text in &self.set {
            assignments.push(Assignment::parse(text)?);
        }
        Ok(assignments)
    }
}
