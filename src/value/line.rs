//! The lines of a service's cost, and how they are rounded: those below one add up to it.

use super::basis::FINE;
use super::sums::Sum;
use super::valuation::Valuation;
use crate::allocation::round_parts;
use crate::model::RecordId;
use crate::money::{Money, MoneyError};

/// Where a figure comes from: a record and the field in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Origin {
    pub record: RecordId,
    pub field: String,
}

/// What a line amounts to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Amount {
    Known(Money),
    /// The sum of the lines below, of which some are holes: it is at least this.
    AtLeast(Money),
    /// A hole, and why.
    Missing(String),
    /// Nothing of its own: another line carries the cost.
    Carried,
}

impl Amount {
    /// The figure, where all of it is known; else why it is not.
    pub fn figure(self) -> Result<Money, String> {
        match self {
            Amount::Known(money) => Ok(money),
            Amount::AtLeast(money) => Err(format!("at least {money}")),
            Amount::Missing(reason) => Err(reason),
            Amount::Carried => Err("nothing is priced".to_owned()),
        }
    }
}

/// One line of the tree; `depth` 0 is the service asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    pub depth: u8,
    pub label: String,
    pub origin: Origin,
    /// The share of this component that the line above takes.
    pub share: Option<String>,
    pub amount: Amount,
}

/// A line before it is rounded, with those below it.
pub(super) struct Branch {
    pub line: Line,
    /// In fine parts.
    pub exact: i128,
    /// In minor units, where these are charged as a line of their own.
    pub charged: Option<i128>,
    state: State,
    below: Vec<Branch>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Known,
    AtLeast,
    Missing,
    Carried,
}

impl Branch {
    pub fn leaf(line: Line, exact: i128) -> Branch {
        let state = match line.amount {
            Amount::Known(_) => State::Known,
            Amount::AtLeast(_) => State::AtLeast,
            Amount::Missing(_) => State::Missing,
            Amount::Carried => State::Carried,
        };
        Branch { line, exact, charged: None, state, below: Vec::new() }
    }

    pub fn hole(depth: u8, label: String, origin: Origin, share: Option<String>, reason: String) -> Branch {
        Branch::leaf(Line { depth, label, origin, share, amount: Amount::Missing(reason) }, 0)
    }

    /// The sum of the lines below, which says when some of them are holes.
    pub fn sum(line: Line, below: Vec<Branch>) -> Branch {
        let holes = below.iter().any(|branch| matches!(branch.state, State::Missing | State::AtLeast));
        let known = below.iter().any(|branch| matches!(branch.state, State::Known | State::AtLeast));
        let exact = below.iter().map(|branch| branch.exact).sum();
        Branch { below, ..Branch::whole(line, exact, known, holes) }
    }

    /// A line that sums up others, of which some are known and some are holes.
    fn whole(mut line: Line, exact: i128, known: bool, holes: bool) -> Branch {
        let state = match (known, holes) {
            (true, false) => State::Known,
            (true, true) => State::AtLeast,
            (false, true) => State::Missing,
            (false, false) => State::Carried,
        };
        line.amount = match state {
            State::Missing => Amount::Missing("nothing below is priced".to_owned()),
            _ => Amount::Carried,
        };
        Branch { line, exact, charged: None, state, below: Vec::new() }
    }

    /// A line whose parts are too deep to be told.
    pub fn told(line: Line, exact: i128, sum: &Sum) -> Branch {
        Branch::whole(line, exact, sum.is_known, sum.holes > 0)
    }

    /// Writes the lines, the first one being `count` minor units.
    pub fn settle(
        self,
        valuation: &Valuation<'_>,
        count: i128,
        lines: &mut Vec<Line>,
    ) -> Result<(), MoneyError> {
        let mut line = self.line;
        match self.state {
            State::Known => line.amount = Amount::Known(valuation.money(count)?),
            State::AtLeast => line.amount = Amount::AtLeast(valuation.money(count)?),
            State::Missing | State::Carried => {}
        }
        lines.push(line);
        // What is charged as a line is that line; the others share the rest. Within a circle of services
        // the lines may be some units off, and where there are no others they share all of it.
        let is_open = |branch: &&Branch| branch.charged.is_none() && branch.exact != 0;
        let charged: i128 = self.below.iter().filter_map(|branch| branch.charged).sum();
        let is_told = charged == count || self.below.iter().any(|branch| is_open(&branch));
        let told = |branch: &Branch| match branch.charged {
            Some(charged) if is_told => Some(charged),
            _ if branch.exact == 0 => Some(0),
            _ => None,
        };
        let open = self.below.iter().filter(|branch| told(branch).is_none());
        let exact: Vec<i128> = open.map(|branch| branch.exact).collect();
        let rest = if is_told { count - charged } else { count };
        let mut parts = round_parts(&exact, FINE, rest).into_iter();
        for branch in self.below {
            let count = told(&branch).or_else(|| parts.next()).unwrap_or(0);
            branch.settle(valuation, count, lines)?;
        }
        Ok(())
    }
}
