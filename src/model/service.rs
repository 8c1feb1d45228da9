//! Services: what users get, the components behind it, and who consumes it.

use super::record::{Record, as_money, as_percent, texts};
use crate::money::{Money, Percent};
use crate::yaml::Value;

/// An IT service, read from its record.
#[derive(Clone, Copy)]
pub struct Service<'a>(pub &'a Record);

/// What a service rests on.
#[derive(Clone, Debug, PartialEq)]
pub enum Target<'a> {
    Item(&'a str),
    /// A redundancy group: the service needs `min_up` of these items.
    AnyOf(Vec<&'a str>, Option<u32>),
    Service(&'a str),
}

/// One component of a service: what it is and the share of it that the service takes.
#[derive(Clone, Debug)]
pub struct Component<'a> {
    pub index: usize,
    pub target: Target<'a>,
    /// The share of the component's cost; the whole where none is written.
    pub share: Percent,
    pub has_share: bool,
    /// The driver by which the component is shared, instead.
    pub driver: Option<&'a str>,
}

impl<'a> Service<'a> {
    pub fn id(&self) -> &'a str {
        self.0.id()
    }

    pub fn name(&self) -> &'a str {
        self.0.text("name").unwrap_or("")
    }

    pub fn is_in_use(&self) -> bool {
        self.0.text("status") == Some("in_use")
    }

    /// The driver that counts what the service does.
    pub fn driver(&self) -> Option<&'a str> {
        self.0.text("driver")
    }

    /// What the service may cost, by fiscal year.
    pub fn budgets(&self) -> impl Iterator<Item = (&'a str, Money)> + use<'a> {
        let map = self.0.field("budget").into_iter().flat_map(|map| map.entries());
        map.filter_map(|(year, _, amount)| Some((year, as_money(amount)?)))
    }

    pub fn is_retired(&self) -> bool {
        self.0.text("status") == Some("retired")
    }

    pub fn components(&self) -> impl Iterator<Item = Component<'a>> + use<'a> {
        self.components_where(|_| true)
    }

    /// The components with such a target; the others are not read any further.
    pub fn components_where<F: Fn(&Target<'a>) -> bool>(
        &self,
        is_wanted: F,
    ) -> impl Iterator<Item = Component<'a>> + use<'a, F> {
        let wanted = self.components_read().filter(move |(.., target)| is_wanted(target));
        wanted.map(|(index, value, target)| component(index, value, target))
    }

    /// What the components are, without the rest of them.
    pub fn targets(&self) -> impl Iterator<Item = Target<'a>> + use<'a> {
        self.components_read().map(|(.., target)| target)
    }

    fn components_read(&self) -> impl Iterator<Item = (usize, Value<'a>, Target<'a>)> + use<'a> {
        let list = self.0.field("components").into_iter().flat_map(|list| list.elements());
        list.enumerate().filter_map(|(index, value)| Some((index, value, target(value)?)))
    }

    /// The parties that consume the service, with the share each pays.
    pub fn consumers(&self) -> impl Iterator<Item = (&'a str, Percent)> + use<'a> {
        let map = self.0.field("consumers").into_iter().flat_map(|map| map.entries());
        map.filter_map(|(party, _, share)| Some((party, as_percent(share)?)))
    }
}

fn target(value: Value<'_>) -> Option<Target<'_>> {
    let text = |key: &str| value.field(key).and_then(|field| field.text());
    if let Some(item) = text("item") {
        return Some(Target::Item(item));
    }
    if let Some(service) = text("service") {
        return Some(Target::Service(service));
    }
    let min_up = text("min_up").and_then(|text| text.parse().ok());
    Some(Target::AnyOf(texts(Some(value.field("any_of")?)).collect(), min_up))
}

fn component<'a>(index: usize, value: Value<'a>, target: Target<'a>) -> Component<'a> {
    let written = value.field("share").and_then(as_percent);
    Component {
        index,
        target,
        share: written.unwrap_or(Percent::HUNDRED),
        has_share: written.is_some(),
        driver: value.field("driver").and_then(|field| field.text()),
    }
}
