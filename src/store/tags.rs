//! Tags, which mark a commit for good, and how commits follow each other.

use git2::{ErrorCode, ObjectType, Oid};

use super::history::committed_on;
use super::{Committed, Store, StoreError, Transaction};
use crate::date::Date;

impl Store {
    /// The tags whose names begin with `prefix`, in order.
    pub fn tags(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let names = self.git()?.tag_names(Some(&format!("{prefix}*")))?;
        let mut tags: Vec<String> = names.iter().filter_map(|name| Some(name.ok()??.to_owned())).collect();
        tags.sort();
        Ok(tags)
    }

    /// The commit that a tag leads to; `None` where there is no such tag, or it leads elsewhere.
    pub fn tagged(&self, tag: &str) -> Result<Option<String>, StoreError> {
        match self.git()?.find_reference(&format!("refs/tags/{tag}")) {
            Ok(reference) => Ok(reference.peel_to_commit().ok().map(|commit| commit.id().to_string())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the commit is there and HEAD comes after it.
    pub fn leads_to_head(&self, commit: &str) -> Result<bool, StoreError> {
        if self.head().is_none() { Ok(false) } else { self.leads_to(commit, "HEAD") }
    }

    /// Whether the commit is there and `revision` is it or comes after it.
    pub fn leads_to(&self, commit: &str, revision: &str) -> Result<bool, StoreError> {
        let (git, head) = (self.git()?, self.commit_at(revision)?.id());
        let Ok(id) = Oid::from_str(commit) else { return Ok(false) };
        let there = git.find_commit(id).is_ok();
        Ok(there && (id == head || git.graph_descendant_of(head, id)?))
    }

    /// The day on which the commit was committed, where the committer was; `None` where its date is none.
    pub fn committed_on(&self, commit: &str) -> Result<Option<Date>, StoreError> {
        Ok(committed_on(&self.commit_at(commit)?))
    }

    /// The commit before, on the line that it was made on.
    pub fn parent(&self, commit: &str) -> Result<Option<String>, StoreError> {
        Ok(self.commit_at(commit)?.parent_id(0).ok().map(|id| id.to_string()))
    }
}

impl Transaction<'_> {
    /// Sets an annotated tag on a commit just made. A tag that is there already is never moved.
    ///
    /// # Errors
    /// [`StoreError::CommittedBut`]: the commit stays without its tag.
    pub fn tag(&self, tag: &str, committed: &Committed, message: &str) -> Result<(), StoreError> {
        let set = || {
            let git = self.git()?;
            let object = git.find_object(Oid::from_str(&committed.id)?, Some(ObjectType::Commit))?;
            git.tag(tag, &object, &self.store.signature(git)?, message, false)?;
            Ok(())
        };
        set().map_err(|error: StoreError| {
            let untagged = StoreError::Untagged(tag.to_owned(), error.to_string());
            StoreError::CommittedBut(committed.short().to_owned(), Box::new(untagged))
        })
    }
}
