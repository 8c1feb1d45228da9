//! Which record of the estate a proposal is, which id a new one gets, and where references lead.

use std::collections::{HashMap, HashSet};

use super::compose::Referred;
use super::{Proposal, Rejection};
use crate::model::slug::{numbered, slug};
use crate::model::{Kind, Place, Record};
use crate::schema::RefTarget;
use crate::snapshot::Snapshot;
use crate::yaml::Route;

/// A proposal and the record that it is or becomes.
pub(super) struct Target<'s> {
    pub proposal: Proposal,
    pub id: String,
    pub existing: Option<&'s Record>,
}

impl Target<'_> {
    /// The record's class: an item that people have put in another class stays there.
    pub fn class(&self) -> Option<&str> {
        match self.existing {
            Some(record) => record.class(),
            None => self.proposal.class.as_deref(),
        }
    }

    /// The outside system shows no more of it than its name.
    pub fn is_named_only(&self) -> bool {
        self.proposal.key.1.is_empty()
    }

    pub fn path(&self) -> String {
        match self.existing {
            Some(record) => record.path().to_owned(),
            None => Place::new(self.proposal.kind, self.proposal.class.as_deref(), &self.id).path(),
        }
    }
}

/// The proposals with their records, and where references between them lead.
pub(super) struct Matching<'s> {
    pub snapshot: &'s Snapshot,
    known: Known<'s>,
    pub targets: Vec<Target<'s>>,
    /// By kind and the slug of the proposed id: the targets, of whatever class.
    proposed: HashMap<(Kind, String), Vec<usize>>,
}

impl<'s> Matching<'s> {
    /// Proposals that stand twice are taken once, or rejected where they differ.
    pub fn of(snapshot: &'s Snapshot, proposals: Vec<Proposal>, rejections: &mut Vec<Rejection>) -> Self {
        let known = Known::of(snapshot, &proposals);
        let mut matching = Self { snapshot, known, targets: Vec::new(), proposed: HashMap::new() };
        let (keyed, named): (Vec<Proposal>, Vec<Proposal>) =
            proposals.into_iter().partition(|proposal| !proposal.key.1.is_empty());
        let mut by_key: HashMap<(Kind, String, String), usize> = HashMap::new();
        let mut claimed: HashSet<&str> = HashSet::new();
        for proposal in keyed {
            let key = (proposal.kind, proposal.key.0.clone(), proposal.key.1.clone());
            match by_key.get(&key).and_then(|index| matching.targets.get(*index)) {
                Some(first) if same_record(&first.proposal, &proposal) => {}
                Some(first) => rejections.push(Rejection {
                    reason: format!(
                        "the key `{}` stands already at {}, with other values",
                        proposal.key.1, first.proposal.origin
                    ),
                    origin: proposal.origin,
                }),
                None => {
                    by_key.insert(key, matching.targets.len());
                    // A record without a key may look like several; the first has it.
                    let existing =
                        matching.known.keyed(&proposal).filter(|record| claimed.insert(record.path()));
                    matching.add(proposal, existing);
                }
            }
        }
        // What is only named may be one of those with a key.
        for proposal in named {
            if matching.find(proposal.kind, proposal.class.as_deref(), &proposal.id, None).is_none() {
                let existing = matching.known.named(&proposal);
                matching.add(proposal, existing);
            }
        }
        matching.give_ids();
        matching
    }

    fn add(&mut self, proposal: Proposal, existing: Option<&'s Record>) {
        let index = self.targets.len();
        self.proposed.entry((proposal.kind, slug(&proposal.id))).or_default().push(index);
        let id = existing.map(|record| record.id().to_owned()).unwrap_or_default();
        self.targets.push(Target { proposal, id, existing });
    }

    /// Gives each new record an id that nobody has.
    fn give_ids(&mut self) {
        let mut taken: HashSet<(Kind, String)> = HashSet::new();
        let mut next: HashMap<(Kind, String), usize> = HashMap::new();
        for target in self.targets.iter_mut().filter(|target| target.existing.is_none()) {
            let kind = target.proposal.kind;
            let base = slug(&target.proposal.id);
            let number = next.entry((kind, base.clone())).or_insert(1);
            let mut id = base.clone();
            while self.snapshot.knows(kind, &id).is_some() || taken.contains(&(kind, id.clone())) {
                *number += 1;
                id = numbered(&base, *number);
            }
            taken.insert((kind, id.clone()));
            target.id = id;
        }
    }

    /// The first target of this kind, class and proposed id.
    fn find(&self, kind: Kind, class: Option<&str>, id: &str, not: Option<usize>) -> Option<usize> {
        let candidates = self.proposed.get(&(kind, slug(id)))?;
        let fits = |target: &Target<'_>| class.is_none() || target.class() == class;
        candidates
            .iter()
            .copied()
            .find(|index| Some(*index) != not && self.targets.get(*index).is_some_and(fits))
    }

    /// Where a reference leads: to a record of this import, or of the estate.
    pub fn resolve(
        &self,
        from: usize,
        id: &str,
        allowed: &[RefTarget],
        refers_to: &mut Vec<usize>,
    ) -> Referred {
        let kinds = || allowed.iter().filter_map(|target| Some((Kind::from_name(&target.kind)?, target)));
        for (kind, target) in kinds() {
            let found = self.find(kind, target.class.as_deref(), id, Some(from));
            if let Some((index, found)) = found.and_then(|index| Some((index, self.targets.get(index)?))) {
                if found.existing.is_none() {
                    refers_to.push(index);
                }
                return Referred::To(found.id.clone());
            }
        }
        let slug = slug(id);
        let is_known = |(kind, target): (Kind, &RefTarget)| {
            let class = self.snapshot.knows(kind, &slug);
            class.is_some_and(|class| target.class.is_none() || target.class.as_deref() == class)
        };
        let of_name = |(kind, target): (Kind, &RefTarget)| {
            let record = self.known.of_name(kind, target.class.as_deref(), id);
            record.map(|record| record.id().to_owned())
        };
        let is_itself = |(kind, target): (Kind, &RefTarget)| {
            self.find(kind, target.class.as_deref(), id, None) == Some(from)
        };
        match () {
            () if kinds().any(is_itself) => Referred::Itself,
            () if kinds().any(is_known) => Referred::To(slug),
            () => kinds().find_map(of_name).map_or(Referred::Nowhere, Referred::To),
        }
    }
}

fn same_record(one: &Proposal, other: &Proposal) -> bool {
    (&one.class, &one.fields) == (&other.class, &other.fields)
}

/// The records of the estate that proposals may be.
struct Known<'s> {
    snapshot: &'s Snapshot,
    by_key: HashMap<(Kind, &'s str, &'s str), &'s Record>,
    by_name: HashMap<(Kind, &'s str), Vec<&'s Record>>,
}

impl<'s> Known<'s> {
    fn of(snapshot: &'s Snapshot, proposals: &[Proposal]) -> Self {
        let systems: HashSet<&str> = proposals.iter().map(|proposal| proposal.key.0.as_str()).collect();
        let mut by_key = HashMap::new();
        let mut by_name: HashMap<_, Vec<&Record>> = HashMap::new();
        for record in snapshot.records() {
            for (system, _, key) in record.field("external").into_iter().flat_map(|field| field.entries()) {
                if let Some(key) = key.text().filter(|_| systems.contains(system)) {
                    by_key.entry((record.kind(), system, key)).or_insert(record);
                }
            }
            if let Some(name) = record.text("name") {
                by_name.entry((record.kind(), name)).or_default().push(record);
            }
        }
        Self { snapshot, by_key, by_name }
    }

    fn keyed(&self, proposal: &Proposal) -> Option<&'s Record> {
        let (system, key) = (proposal.key.0.as_str(), proposal.key.1.as_str());
        self.by_key.get(&(proposal.kind, system, key)).copied().or_else(|| self.adopted(proposal, system))
    }

    /// A record that people made before the import knew it.
    fn adopted(&self, proposal: &Proposal, system: &str) -> Option<&'s Record> {
        let record = self.snapshot.get(proposal.kind, &slug(&proposal.id))?;
        let is_free = record.field("external").and_then(|external| external.field(system)).is_none();
        let agrees = ["name", "serial"].iter().any(|field| {
            let proposed = proposal.fields.get(&Route::parse(field));
            let proposed = proposed.and_then(|data| data.as_text()).filter(|text| !text.is_empty());
            proposed.is_some() && proposed == record.text(field)
        });
        (is_free && agrees && record.class() == proposal.class.as_deref()).then_some(record)
    }

    fn named(&self, proposal: &Proposal) -> Option<&'s Record> {
        let class = proposal.class.as_deref();
        let by_id = self.snapshot.get(proposal.kind, &slug(&proposal.id));
        by_id.filter(|record| record.class() == class).or_else(|| {
            let name = proposal.fields.get(&Route::parse("name"))?.as_text()?;
            // A room whose id has its site in it is not every room of that name.
            let tells_all = slug(name) == slug(&proposal.id);
            tells_all.then(|| self.of_name(proposal.kind, class, name)).flatten()
        })
    }

    /// The only record of this name; of one class where that is given.
    fn of_name(&self, kind: Kind, class: Option<&str>, name: &str) -> Option<&'s Record> {
        let mut fit = self
            .by_name
            .get(&(kind, name))?
            .iter()
            .filter(|record| class.is_none() || record.class() == class);
        let record = *fit.next()?;
        fit.next().is_none().then_some(record)
    }
}
