//! Every record of the estate at one version: immutable, cheap to clone, and it never fails to
//! load: what cannot be read is a finding.

mod content;
mod version;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use foldhash::HashMap;
use rayon::prelude::*;

use crate::edit::Edit;
use crate::finding::Finding;
use crate::model::contract::Contract;
use crate::model::execution::Execution;
use crate::model::item::Item;
use crate::model::schedule::Schedule;
use crate::model::service::Service;
use crate::model::settings::Settings;
use crate::model::{Kind, Place, Record, RecordId};
use crate::schema::Schemas;
use crate::secrets;
use crate::source::{Location, Source};

pub use content::Content;
pub use version::Version;

/// All records at a version.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

struct Inner {
    version: Version,
    /// Ordered by path.
    records: Vec<Arc<Record>>,
    /// Where the records of a kind are: between the first and the last of them.
    spans: BTreeMap<Kind, Range<usize>>,
    /// By kind, then id: the first record of that id in the order of paths.
    index: Index,
    schema_files: BTreeMap<String, Source>,
    schemas: Arc<Schemas>,
    settings: Option<Settings>,
    /// Files that are no records though they look like it.
    strays: Vec<Finding>,
}

type Index = BTreeMap<Kind, HashMap<Box<str>, Known>>;

/// What the index knows of an id.
enum Known {
    Read(u32),
    /// The file is there and has not been read.
    Unread {
        folder: Option<Box<str>>,
    },
}

impl Snapshot {
    /// Loads the files at `paths`, in parallel. `unread` are files that the caller does not need:
    /// their ids are known, their contents are not.
    pub fn load<'c>(
        version: Version,
        paths: &[String],
        unread: &[String],
        read: impl Fn(&str) -> Content<'c> + Sync,
    ) -> Snapshot {
        let (schema_paths, paths): (Vec<&String>, Vec<&String>) =
            paths.iter().partition(|path| path.starts_with(SCHEMA_FOLDER));
        let mut strays = Vec::new();
        let mut schema_files = BTreeMap::new();
        for path in schema_paths.into_iter().filter(|path| path.ends_with(".schema.json")) {
            match read(path) {
                Content::Bytes(bytes) => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    schema_files.insert(path.clone(), Source::new(path.as_str(), text));
                }
                Content::Problem { rule, message, help } => {
                    strays.push(file_finding(rule, path, message, help))
                }
            }
        }
        let schemas = own_schemas(&schema_files);
        let files: Vec<File> =
            paths.par_iter().map(|path| read_one(Record::read, path, read(path), &schemas)).collect();
        let records = parted(files, &mut strays);
        Snapshot::build(version, records, unread, schema_files, schemas, strays)
    }

    /// Two versions of some files, to be compared and no more: of their records nobody asks whether they
    /// are sound. `bare` are both versions without records; `batches` answers both contents of some
    /// files at a time, and is asked for the next ones while others are read.
    pub fn load_both<'p, 'c>(
        bare: [Snapshot; 2],
        batches: impl Iterator<Item = Vec<(&'p str, [Option<Content<'c>>; 2])>> + Send,
    ) -> [Snapshot; 2] {
        let [before, after] = bare;
        let one = |path: &str, content: Content<'_>, of: &Snapshot| {
            read_one(Record::unjudged, path, content, of.schemas())
        };
        let both = |(path, [old, new]): (&str, [Option<Content<'_>>; 2])| {
            (old.map(|content| one(path, content, &before)), new.map(|content| one(path, content, &after)))
        };
        let batches = batches.par_bridge().flat_map_iter(|batch| batch.into_iter().map(both));
        let (old, new): (Vec<Option<File>>, Vec<Option<File>>) = batches.unzip();
        [(before, old), (after, new)].map(|(bare, files)| {
            let Inner { version, schema_files, schemas, strays, .. } = &*bare.0;
            let mut strays = strays.clone();
            let records = parted(files.into_iter().flatten().collect(), &mut strays);
            // Batches come as they are done.
            strays.sort_by(|a, b| a.location.path.cmp(&b.location.path));
            Snapshot::build(version.clone(), records, &[], schema_files.clone(), schemas.clone(), strays)
        })
    }

    fn build(
        version: Version,
        mut records: Vec<Arc<Record>>,
        unread: &[String],
        schema_files: BTreeMap<String, Source>,
        schemas: Arc<Schemas>,
        strays: Vec<Finding>,
    ) -> Snapshot {
        records.par_sort_unstable_by(|a, b| a.path().cmp(b.path()));
        let mut index = Index::new();
        let mut spans: BTreeMap<Kind, Range<usize>> = BTreeMap::new();
        for (position, record) in records.iter().enumerate() {
            let known = Known::Read(u32::try_from(position).unwrap_or(u32::MAX));
            index.entry(record.kind()).or_default().entry(record.id().into()).or_insert(known);
            spans.entry(record.kind()).or_insert(position..position).end = position + 1;
        }
        for place in unread.iter().filter_map(|path| Place::of(path)) {
            let known = Known::Unread { folder: place.folder.map(Box::from) };
            index.entry(place.kind).or_default().entry(place.id.into()).or_insert(known);
        }
        let settings =
            records.iter().find(|record| record.kind() == Kind::Settings).and_then(|r| Settings::read(r));
        Snapshot(Arc::new(Inner { version, records, spans, index, schema_files, schemas, settings, strays }))
    }

    /// The estate as it would be after `edit`. Nothing is written; unchanged records are shared.
    pub fn with(&self, edit: &Edit) -> Snapshot {
        let inner = &self.0;
        let changed: BTreeMap<&str, Option<&str>> = edit.files().collect();
        let mut schema_files = inner.schema_files.clone();
        for (path, text) in changed.iter().filter(|(path, _)| path.starts_with(SCHEMA_FOLDER)) {
            match text {
                Some(text) => schema_files.insert((*path).to_owned(), Source::new(*path, *text)),
                None => schema_files.remove(*path),
            };
        }
        let schemas_changed = changed.keys().any(|path| path.starts_with(SCHEMA_FOLDER));
        let schemas = if schemas_changed { own_schemas(&schema_files) } else { inner.schemas.clone() };
        let untouched = inner.records.par_iter().filter(|record| !changed.contains_key(record.path()));
        let mut records: Vec<Arc<Record>> = match schemas_changed {
            false => untouched.cloned().collect(),
            true => untouched.map(|record| reread(record, &schemas)).collect(),
        };
        let kept = |finding: &&Finding| !changed.contains_key(&*finding.location.path);
        let mut strays: Vec<Finding> = inner.strays.iter().filter(kept).cloned().collect();
        for (path, text) in changed.iter().filter_map(|(path, text)| Some((path, (*text)?))) {
            if path.starts_with(SCHEMA_FOLDER) {
                continue;
            }
            match read_one(Record::read, path, Content::Bytes(Cow::Borrowed(text.as_bytes())), &schemas) {
                Ok(record) => records.push(Arc::new(record)),
                Err(stray) => strays.extend(stray.map(|stray| *stray)),
            }
        }
        let version = match &inner.version {
            version @ Version::Edited(_) => version.clone(),
            version => Version::Edited(Box::new(version.clone())),
        };
        let mut edited = Snapshot::build(version, records, &[], schema_files, schemas, strays);
        if let Some(target) = Arc::get_mut(&mut edited.0) {
            carry_unread(inner, &changed, target);
        }
        edited
    }

    pub fn version(&self) -> &Version {
        &self.0.version
    }

    pub fn schemas(&self) -> &Arc<Schemas> {
        &self.0.schemas
    }

    /// The settings; `None` where they are missing or have findings.
    pub fn settings(&self) -> Option<&Settings> {
        self.0.settings.as_ref()
    }

    /// Every record, ordered by path.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.0.records.iter().map(|record| &**record)
    }

    /// Every record as a slice, for parallel work.
    pub fn all(&self) -> &[Arc<Record>] {
        &self.0.records
    }

    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Record> {
        self.all_of(kind).iter().map(|record| &**record)
    }

    /// Every record of a kind as a slice, for parallel work: each kind has a folder of its own.
    pub fn all_of(&self, kind: Kind) -> &[Arc<Record>] {
        let span = self.0.spans.get(&kind).cloned().unwrap_or_default();
        self.0.records.get(span).unwrap_or_default()
    }

    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.of_kind(Kind::Item).map(Item)
    }

    pub fn services(&self) -> impl Iterator<Item = Service<'_>> {
        self.of_kind(Kind::Service).map(Service)
    }

    pub fn contracts(&self) -> impl Iterator<Item = Contract<'_>> {
        self.of_kind(Kind::Contract).map(Contract)
    }

    pub fn schedules(&self) -> impl Iterator<Item = Schedule<'_>> {
        self.of_kind(Kind::Schedule).map(Schedule)
    }

    /// The facts of every contract's execution, ordered by contract and then by date.
    pub fn executions(&self) -> impl Iterator<Item = Execution<'_>> {
        self.of_kind(Kind::Execution).map(Execution)
    }

    /// The record of this kind and id.
    pub fn get(&self, kind: Kind, id: &str) -> Option<&Record> {
        match self.0.index.get(&kind)?.get(id)? {
            Known::Read(position) => self.0.records.get(*position as usize).map(|record| &**record),
            Known::Unread { .. } => None,
        }
    }

    pub fn item(&self, id: &str) -> Option<Item<'_>> {
        self.get(Kind::Item, id).map(Item)
    }

    pub fn service(&self, id: &str) -> Option<Service<'_>> {
        self.get(Kind::Service, id).map(Service)
    }

    pub fn contract(&self, id: &str) -> Option<Contract<'_>> {
        self.get(Kind::Contract, id).map(Contract)
    }

    /// The class under which a record of this kind and id is filed; `None` where there is none.
    /// It answers for files that have not been read, too.
    pub fn knows(&self, kind: Kind, id: &str) -> Option<Option<&str>> {
        match self.0.index.get(&kind)?.get(id)? {
            Known::Read(position) => self.0.records.get(*position as usize).map(|record| record.class()),
            Known::Unread { folder } => Some(folder.as_deref().filter(|_| kind == Kind::Item)),
        }
    }

    /// The ids known of a kind, unordered.
    pub fn ids(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.0.index.get(&kind).into_iter().flat_map(HashMap::keys).map(|id| &**id)
    }

    /// The records that a user may mean by `name`: an id, or `kind/id` where the id alone says too
    /// little. Ordered as [`Kind::ALL`] is.
    pub fn named(&self, name: &str) -> Vec<&Record> {
        match name.split_once('/').map(|(kind, id)| (Kind::from_name(kind), id)) {
            Some((Some(kind), id)) => self.get(kind, id).into_iter().collect(),
            Some((None, _)) => Vec::new(),
            None => Kind::ALL.into_iter().filter_map(|kind| self.get(kind, name)).collect(),
        }
    }

    /// The record in the file at `path`.
    pub fn by_path(&self, path: &str) -> Option<&Record> {
        let records = &self.0.records;
        let at = records.binary_search_by(|record| record.path().cmp(path)).ok()?;
        records.get(at).map(|record| &**record)
    }

    /// The estate's own schema file at `path`.
    pub fn schema_file(&self, path: &str) -> Option<&Source> {
        self.0.schema_files.get(path)
    }

    pub fn by_id(&self, id: &RecordId) -> Option<&Record> {
        self.get(id.kind, &id.id)
    }

    /// What is wrong with files and fields, taken one by one; the audit adds the rest.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let records = self.records().flat_map(|record| record.findings());
        self.0.schemas.findings.iter().chain(&self.0.strays).chain(records)
    }
}

const SCHEMA_FOLDER: &str = "schemas/";

fn own_schemas(files: &BTreeMap<String, Source>) -> Arc<Schemas> {
    let files: Vec<Source> = files.values().cloned().collect();
    Schemas::with_own(&files)
}

/// How a record is read from its bytes.
type Reader = fn(&Place, &str, &[u8], &Schemas) -> Record;

/// A record, or a finding on a file that is none, or nothing: other files are none of our business.
type File = Result<Record, Option<Box<Finding>>>;

/// The records among the files; findings on others are strays.
fn parted(files: Vec<File>, strays: &mut Vec<Finding>) -> Vec<Arc<Record>> {
    let mut records = Vec::with_capacity(files.len());
    for file in files {
        match file {
            Ok(record) => records.push(Arc::new(record)),
            Err(stray) => strays.extend(stray.map(|stray| *stray)),
        }
    }
    records
}

fn read_one(reader: Reader, path: &str, content: Content<'_>, schemas: &Schemas) -> File {
    let place = Place::of(path);
    match (place, content) {
        (Some(place), Content::Bytes(bytes)) => Ok(reader(&place, path, &bytes, schemas)),
        (Some(place), Content::Problem { rule, message, help }) => {
            Ok(Record::unreadable(&place, path, file_finding(rule, path, message, help)))
        }
        (None, Content::Bytes(_)) if path.ends_with(".yaml") || path.ends_with(".yml") => {
            Err(Some(Box::new(stray(path))))
        }
        (None, Content::Bytes(bytes)) if secrets::is_key_file(path) => {
            Err(secrets::holds_private_key(path, &bytes).then(|| Box::new(private_key_file(path))))
        }
        (None, Content::Bytes(_)) => Err(None),
        (None, Content::Problem { rule, message, help }) => {
            Err(Some(Box::new(file_finding(rule, path, message, help))))
        }
    }
}

/// The record under other schemas. One that is no YAML stays what it is.
fn reread(record: &Arc<Record>, schemas: &Schemas) -> Arc<Record> {
    let place = Place::of(record.path()).filter(|_| record.root().is_some());
    place.map_or_else(
        || record.clone(),
        |place| Arc::new(Record::read(&place, record.path(), record.source().text().as_bytes(), schemas)),
    )
}

fn carry_unread(from: &Inner, changed: &BTreeMap<&str, Option<&str>>, into: &mut Inner) {
    for (kind, ids) in &from.index {
        for (id, known) in ids {
            let Known::Unread { folder } = known else { continue };
            let path = Place::new(*kind, folder.as_deref(), id).path();
            if !changed.contains_key(path.as_str()) {
                let known = Known::Unread { folder: folder.clone() };
                into.index.entry(*kind).or_default().entry(id.clone()).or_insert(known);
            }
        }
    }
}

fn file_finding(rule: &'static str, path: &str, message: String, help: &'static str) -> Finding {
    Finding::error(rule, Location::file(path), message).help(help)
}

fn private_key_file(path: &str) -> Finding {
    let message = "a file beside the records holds a private key".to_owned();
    file_finding("private-key-file", path, message, "take it out, and have the key replaced: it is known now")
}

fn stray(path: &str) -> Finding {
    let folders = Kind::ALL.into_iter().filter(|kind| !kind.is_single()).map(Kind::folder);
    let help = match path.strip_suffix(".yml") {
        Some(stem) => format!("rename it to {stem}.yaml"),
        None => format!(
            "records lie in items/<class>/, {}",
            folders.skip(1).map(|f| format!("{f}/")).collect::<Vec<_>>().join(", ")
        ),
    };
    Finding::warning(
        "stray-file",
        Location::file(path),
        "no kind of record lies here, so the file is not read",
    )
    .help(help)
}

#[cfg(test)]
pub mod testing {
    //! Small estates for tests of the modules above.
    use super::*;

    /// A snapshot of files given as (path below `inventory/`, text).
    pub fn snapshot(files: &[(&str, &str)]) -> Snapshot {
        let texts: HashMap<String, &str> =
            files.iter().map(|(path, text)| (format!("inventory/{path}"), *text)).collect();
        let mut paths: Vec<String> = texts.keys().cloned().collect();
        paths.sort();
        Snapshot::load(Version::Worktree, &paths, &[], |path| {
            Content::Bytes(Cow::Borrowed(texts[path].as_bytes()))
        })
    }

    pub const SETTINGS: (&str, &str) = (
        "settings.yaml",
        "organisation: {name: Test}\ncurrency: EUR\nfiscal_year: {start: 01-01}\nbooks:\n  accounting: {convention: thirty_360}\n",
    );
}

#[cfg(test)]
mod tests {
    use super::testing::{SETTINGS, snapshot};
    use super::*;

    const SERVER: &str = "id: srv-01\nclass: server\nname: Web\nstatus: planned\n";

    #[test]
    fn loads_what_it_can_and_reports_the_rest() {
        let snapshot = snapshot(&[
            SETTINGS,
            ("items/server/srv-01.yaml", SERVER),
            ("items/server/bad.yaml", "id: [\n"),
            ("items/lost.yaml", SERVER),
            ("services/web.yml", "id: web\n"),
            ("README.md", "not a record"),
        ]);
        assert_eq!(snapshot.records().count(), 3);
        assert!(snapshot.settings().is_some_and(|settings| settings.default_book() == Some("accounting")));
        assert_eq!(snapshot.item("srv-01").map(|item| item.name()), Some("Web"));
        let mut rules: Vec<_> =
            snapshot.findings().map(|finding| (&*finding.rule, &*finding.location.path)).collect();
        rules.sort();
        let expected = [
            ("stray-file", "inventory/items/lost.yaml"),
            ("stray-file", "inventory/services/web.yml"),
            ("syntax", "inventory/items/server/bad.yaml"),
        ];
        assert_eq!(rules, expected);
    }

    #[test]
    fn an_edit_makes_another_snapshot_and_leaves_this_one() {
        let before = snapshot(&[SETTINGS, ("items/server/srv-01.yaml", SERVER)]);
        let mut edit = Edit::new("test");
        edit.write("inventory/items/server/srv-01.yaml", SERVER.replace("Web", "Mail"));
        edit.write("inventory/parties/it.yaml", "id: it\nname: IT\nkind: team\n");
        edit.delete("inventory/settings.yaml");
        let after = before.with(&edit);
        assert_eq!(before.item("srv-01").map(|item| item.name()), Some("Web"));
        assert_eq!(after.item("srv-01").map(|item| item.name()), Some("Mail"));
        assert!(after.get(Kind::Party, "it").is_some() && after.settings().is_none());
        assert_eq!(after.version().to_string(), "worktree with changes");
    }

    #[test]
    fn unread_files_are_known_by_name() {
        let unread = ["inventory/items/rack/rack-1.yaml".to_owned()];
        let snapshot =
            Snapshot::load(Version::Worktree, &[], &unread, |_| Content::Bytes(Cow::Borrowed(b"")));
        assert_eq!(snapshot.knows(Kind::Item, "rack-1"), Some(Some("rack")));
        assert!(snapshot.get(Kind::Item, "rack-1").is_none());
        assert_eq!(snapshot.with(&Edit::new("x")).knows(Kind::Item, "rack-1"), Some(Some("rack")));
    }

    #[test]
    fn a_new_class_is_a_file_of_the_estate() {
        let text = "id: b-1\nclass: badge\nname: Badge\nstatus: planned\n";
        let before = snapshot(&[("items/badge/b-1.yaml", text)]);
        assert_eq!(before.findings().map(|finding| &*finding.rule).collect::<Vec<_>>(), ["unknown-class"]);
        let mut edit = Edit::new("Add the class");
        edit.write(
            "schemas/badge.schema.json",
            r#"{"allOf": [{"$ref": "item.schema.json"}], "properties": {"class": {"const": "badge"}}, "unevaluatedProperties": false}"#,
        );
        assert_eq!(before.with(&edit).findings().count(), 0);
    }
}
