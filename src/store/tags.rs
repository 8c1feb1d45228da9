//! Tags, which mark a commit for good, and how commits follow each other.

use std::collections::BTreeMap;

use git2::{ErrorCode, ObjectType, Oid, Signature};

use super::history::{committed_on, local_date};
use super::{Committed, Store, StoreError, Transaction};
use crate::date::Date;
use crate::signature::{self, PrivateKey};

/// An annotated tag. One that is none has no id.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tag {
    pub id: String,
    /// As the tag itself says, whatever the reference to it is called.
    pub name: String,
    /// The commit that it is on; `None` where it is on something else.
    pub commit: Option<String>,
    /// With the signature, where there is one.
    pub message: String,
    pub by: String,
    /// Since 1970, for the order.
    pub seconds: i64,
    /// In the tagger's time zone: `2026-10-12`.
    pub date: String,
    /// The whole object, which a signature is over.
    pub object: Vec<u8>,
}

impl Tag {
    /// The day of the tagger, in UTC; `None` where the tag has no tagger.
    pub fn day(&self) -> Option<Date> {
        let has_tagger = !self.date.is_empty();
        has_tagger.then(|| local_date(git2::Time::new(self.seconds, 0))).flatten()
    }
}

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

    /// A tag with its message.
    ///
    /// # Errors
    /// None where there is no such tag: that is `None`.
    pub fn tag(&self, name: &str) -> Result<Option<Tag>, StoreError> {
        let git = self.git()?;
        let reference = match git.find_reference(&format!("refs/tags/{name}")) {
            Ok(reference) => reference,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Ok(tag) = reference.peel_to_tag() else { return Ok(Some(Tag::default())) };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let tagger = tag.tagger();
        Ok(Some(Tag {
            id: tag.id().to_string(),
            name: text(tag.name_bytes()),
            commit: (tag.target_type() == Some(ObjectType::Commit)).then(|| tag.target_id().to_string()),
            message: tag.message_bytes().map(text).unwrap_or_default(),
            by: tagger.as_ref().map(|by| text(by.name_bytes())).unwrap_or_default(),
            seconds: tagger.as_ref().map_or(0, |by| by.when().seconds()),
            date: tagger
                .and_then(|by| local_date(by.when()))
                .map(|date| date.to_string())
                .unwrap_or_default(),
            object: git.odb()?.read(tag.id())?.data().to_vec(),
        }))
    }

    /// Every file below `inventory/` and `schemas/` of a commit, in the order of the bytes of the paths.
    pub fn each_file(&self, revision: &str, each: &mut dyn FnMut(&str, &[u8])) -> Result<(), StoreError> {
        let git = self.git()?;
        let tree = self.commit_at(revision)?.tree()?;
        let mut blobs = BTreeMap::new();
        let mut todo = Vec::new();
        for folder in ["inventory", "schemas"] {
            todo.extend(self.subtree(&tree, folder)?.map(|tree| (format!("{folder}/"), tree)));
        }
        while let Some((folder, tree)) = todo.pop() {
            for entry in &tree {
                let path = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
                match entry.kind() {
                    Some(ObjectType::Tree) => todo.push((format!("{path}/"), git.find_tree(entry.id())?)),
                    Some(ObjectType::Blob) => drop(blobs.insert(path, entry.id())),
                    _ => {}
                }
            }
        }
        for (path, id) in blobs {
            each(&path, git.find_blob(id)?.content());
        }
        Ok(())
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
    pub fn tag(
        &self,
        tag: &str,
        committed: &Committed,
        message: &str,
        key: Option<&PrivateKey>,
    ) -> Result<(), StoreError> {
        self.tag_commit(tag, &committed.id, message, key).map_err(|error| {
            let untagged = StoreError::Untagged(tag.to_owned(), error.to_string());
            StoreError::CommittedBut(committed.short().to_owned(), Box::new(untagged))
        })
    }

    /// The same on any commit. With a key it is signed, as `git tag -s` does with one of SSH.
    ///
    /// # Errors
    /// A name that git does not take, a tag that is there already, or a message in which git would see
    /// a signature.
    pub fn tag_commit(
        &self,
        tag: &str,
        commit: &str,
        message: &str,
        key: Option<&PrivateKey>,
    ) -> Result<(), StoreError> {
        if signature::find(message.as_bytes()).is_some() {
            return Err(StoreError::SignatureInMessage);
        }
        let git = self.git()?;
        let object = git.find_object(Oid::from_str(commit)?, Some(ObjectType::Commit))?;
        let by = self.store.signature(git)?;
        let Some(key) = key else {
            git.tag(tag, &object, &by, message, false)?;
            return Ok(());
        };
        let mut text = text_of_tag(tag, object.id(), &by, message);
        text.push_str(&key.sign(text.as_bytes()).map_err(|error| StoreError::Git(error.to_string()))?);
        let id = git.odb()?.write(ObjectType::Tag, text.as_bytes())?;
        git.reference(&format!("refs/tags/{tag}"), id, false, &format!("tag: {tag}"))?;
        Ok(())
    }
}

/// The object of a tag, as git-mktag(1) describes it, up to where its signature goes.
fn text_of_tag(tag: &str, commit: Oid, by: &Signature<'_>, message: &str) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (when, offset) = (by.when().seconds(), by.when().offset_minutes());
    let (sign, offset) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    format!(
        "object {commit}\ntype commit\ntag {tag}\ntagger {} <{}> {when} {sign}{:02}{:02}\n\n{}\n",
        text(by.name_bytes()),
        text(by.email_bytes()),
        offset / 60,
        offset % 60,
        message.trim_end()
    )
}
