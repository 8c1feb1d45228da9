//! The trees of large folders, read from packs one version after the other.
//!
//! git packs most versions of a folder as differences to another one. libgit2 keeps no base above
//! 1 MB at hand, so that it unpacks each version of a folder with thousands of files from its first
//! base on; here bases are kept. Packs are read as gitformat-pack(5) says. What cannot be read here
//! (loose objects, alternates, older or very large indices, damage) is left to libgit2.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::bufread::ZlibDecoder;
use git2::{ObjectType, Oid, Repository};

use super::StoreError;

/// The most bytes of bases that are kept; as much as git keeps (core.deltaBaseCacheLimit).
const MOST_KEPT: usize = 96 << 20;
/// The largest tree that is read here, and the most that the differences on the way to one may take, in
/// bytes.
const LARGEST: usize = 64 << 20;
/// git makes chains of differences no longer than this; damaged ones may go in a circle.
const LONGEST_CHAIN: usize = 4095;
/// The most that the indices may take together, in bytes.
const MOST_INDICES: u64 = 256 << 20;
/// The most packs that are read here: each may stay open.
const MOST_PACKS: usize = 64;
const ID: usize = 20;

/// Finds files in trees.
pub(super) struct Trees<'r> {
    repository: &'r Repository,
    /// Found once a tree is asked for.
    packs: Option<Vec<Pack>>,
    /// Trees by the number of their pack and their offset in it.
    kept: HashMap<(usize, u64), Rc<[u8]>>,
    kept_bytes: usize,
}

impl<'r> Trees<'r> {
    pub fn of(repository: &'r Repository) -> Self {
        Self { repository, packs: None, kept: HashMap::new(), kept_bytes: 0 }
    }

    /// The file that a tree holds under a name.
    ///
    /// # Errors
    /// There is no such tree, or it cannot be read.
    pub fn file_in(&mut self, tree: Oid, name: &str) -> Result<Option<Oid>, StoreError> {
        if let Some(found) = self.packed(tree).and_then(|bytes| file_named(&bytes, name)) {
            return Ok(found);
        }
        let tree = self.repository.find_tree(tree)?;
        let file = tree.get_name(name).filter(|entry| entry.kind() == Some(ObjectType::Blob));
        Ok(file.map(|entry| entry.id()))
    }

    /// The bytes of a tree that lies in a pack.
    fn packed(&mut self, id: Oid) -> Option<Rc<[u8]>> {
        let folder = || self.repository.commondir().join("objects").join("pack");
        let packs = self.packs.get_or_insert_with(|| packs(&folder()));
        let found = |(number, pack): (usize, &Pack)| Some((number, pack.offset(id.as_bytes())?));
        let (number, offset) = packs.iter().enumerate().find_map(found)?;
        self.unpack(number, offset)
    }

    fn unpack(&mut self, number: usize, mut offset: u64) -> Option<Rc<[u8]>> {
        let (mut chain, mut chain_bytes) = (Vec::new(), 0);
        let mut tree = loop {
            if let Some(kept) = self.kept.get(&(number, offset)) {
                break kept.clone();
            }
            let pack = self.packs.as_ref()?.get(number)?;
            let Entry { kind, bytes } = pack.entry(offset)?;
            let base = match kind {
                EntryKind::Tree => {
                    let tree: Rc<[u8]> = bytes.into();
                    self.keep((number, offset), &tree);
                    break tree;
                }
                EntryKind::DifferenceTo(base) => base,
            };
            chain_bytes += bytes.len();
            if chain.len() == LONGEST_CHAIN || chain_bytes > LARGEST {
                return None;
            }
            chain.push((offset, bytes));
            offset = base;
        };
        for (offset, difference) in chain.into_iter().rev() {
            tree = apply(&tree, &difference)?.into();
            self.keep((number, offset), &tree);
        }
        Some(tree)
    }

    /// Keeps a tree; where there is no room, in place of all others.
    fn keep(&mut self, key: (usize, u64), tree: &Rc<[u8]>) {
        if self.kept_bytes + tree.len() > MOST_KEPT {
            self.kept.clear();
            self.kept_bytes = 0;
        }
        self.kept_bytes += tree.len();
        self.kept.insert(key, tree.clone());
    }
}

/// The file that a tree holds under a name; `None` where these are not the bytes of a tree.
#[expect(clippy::option_option, reason = "no tree is another answer than no file")]
fn file_named(mut tree: &[u8], name: &str) -> Option<Option<Oid>> {
    while !tree.is_empty() {
        let end = tree.iter().position(|byte| *byte == 0)?;
        let (head, rest) = (tree.get(..end)?, tree.get(end + 1..)?);
        let id = rest.get(..ID)?;
        let space = head.iter().position(|byte| *byte == b' ')?;
        let (mode, entry) = (head.get(..space)?, head.get(space + 1..)?);
        if entry == name.as_bytes() {
            return match mode {
                b"100644" | b"100755" | b"100664" | b"120000" => Some(Some(Oid::from_bytes(id).ok()?)),
                b"40000" | b"160000" => Some(None),
                // Modes that git does not write.
                _ => None,
            };
        }
        tree = rest.get(ID..)?;
    }
    Some(None)
}

/// A pack with its index.
struct Pack {
    /// The ids in it, in order.
    ids: Vec<u8>,
    /// How many ids begin with each byte or a smaller one.
    fanout: Vec<u32>,
    /// Where each of them lies.
    offsets: Vec<u64>,
    /// What the pack ends with.
    checksum: [u8; ID],
    path: PathBuf,
    /// Opened once an object in it is asked for.
    file: OnceCell<Option<File>>,
}

/// An object as it is packed.
struct Entry {
    kind: EntryKind,
    bytes: Vec<u8>,
}

enum EntryKind {
    Tree,
    /// To what lies at this offset.
    DifferenceTo(u64),
}

/// The packs of a folder that can be read here, the largest first.
fn packs(folder: &Path) -> Vec<Pack> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let indices = files.filter(|path| path.extension().is_some_and(|ending| ending == "idx"));
    let mut indices: Vec<(u64, PathBuf)> = indices
        .filter_map(|path| Some((path.symlink_metadata().ok().filter(|index| index.is_file())?.len(), path)))
        .collect();
    indices.sort_by(|a, b| b.cmp(a));
    let mut room = MOST_INDICES;
    let fits = |(size, path): (u64, PathBuf)| {
        room = room.checked_sub(size)?;
        Some(path)
    };
    indices.into_iter().filter_map(fits).take(MOST_PACKS).filter_map(|index| Pack::read(&index)).collect()
}

impl Pack {
    fn read(index: &Path) -> Option<Self> {
        let bytes = fs::read(index).ok()?;
        let mut rest = bytes.strip_prefix(b"\xfftOc\0\0\0\x02")?;
        let mut take = |length: usize| {
            let (taken, after) = rest.split_at_checked(length)?;
            rest = after;
            Some(taken)
        };
        let word = |bytes: &[u8]| bytes.try_into().map(u32::from_be_bytes).unwrap_or_default();
        let fanout: Vec<u32> = take(256 * 4)?.chunks(4).map(word).collect();
        if !fanout.is_sorted() {
            return None;
        }
        let count = usize::try_from(*fanout.last()?).ok()?;
        let ids = take(count.checked_mul(ID)?)?.to_vec();
        let _checksums = take(count.checked_mul(4)?)?;
        let short = take(count.checked_mul(4)?)?;
        // Offsets that do not fit in 31 bits stand in a table of their own.
        let long = |offset: u32| -> Option<u64> {
            let at = usize::try_from(offset & !(1 << 31)).ok()?.checked_mul(8)?;
            Some(u64::from_be_bytes(rest.get(at..)?.get(..8)?.try_into().ok()?))
        };
        let offset = |bytes| match word(bytes) {
            offset if offset >> 31 == 1 => long(offset),
            offset => Some(u64::from(offset)),
        };
        let offsets = short.chunks(4).map(offset).collect::<Option<_>>()?;
        // At the end stand the checksums of the pack and of the index.
        let checksum = *rest.last_chunk::<{ 2 * ID }>()?.first_chunk()?;
        Some(Self {
            ids,
            fanout,
            offsets,
            checksum,
            path: index.with_extension("pack"),
            file: OnceCell::new(),
        })
    }

    /// The pack, where it is the one that the index is of.
    fn file(&self) -> Option<&File> {
        let open = || {
            self.path.symlink_metadata().ok().filter(|pack| pack.is_file())?;
            let mut file = File::open(&self.path).ok()?;
            let mut checksum = [0; ID];
            file.seek(SeekFrom::End(-20)).ok()?;
            file.read_exact(&mut checksum).ok()?;
            (checksum == self.checksum).then_some(file)
        };
        self.file.get_or_init(open).as_ref()
    }

    fn offset(&self, id: &[u8]) -> Option<u64> {
        let first = usize::from(*id.first()?);
        let below = |byte: usize| usize::try_from(*self.fanout.get(byte)?).ok();
        let (start, end) = (first.checked_sub(1).map_or(Some(0), below)?, below(first)?);
        let ids = self.ids.get(start * ID..end * ID)?.as_chunks::<ID>().0;
        let at = ids.binary_search_by(|other| other.as_slice().cmp(id)).ok()?;
        self.offsets.get(start + at).copied()
    }

    /// The object at an offset, where it is a tree or the difference to another object.
    fn entry(&self, offset: u64) -> Option<Entry> {
        let mut file = self.file()?;
        file.seek(SeekFrom::Start(offset)).ok()?;
        let mut file = BufReader::new(file);
        let (kind, size) = head(&mut file)?;
        let kind = match kind {
            2 => EntryKind::Tree,
            6 => {
                let distance = distance(&mut file).filter(|distance| *distance > 0)?;
                EntryKind::DifferenceTo(offset.checked_sub(distance)?)
            }
            7 => {
                let mut base = [0; ID];
                file.read_exact(&mut base).ok()?;
                EntryKind::DifferenceTo(self.offset(&base)?)
            }
            _ => return None,
        };
        let length = usize::try_from(size).ok().filter(|length| *length <= LARGEST)?;
        let mut bytes = Vec::with_capacity(length);
        ZlibDecoder::new(file).take(size + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() == length).then_some(Entry { kind, bytes })
    }
}

fn byte(source: &mut impl BufRead) -> Option<u64> {
    let mut byte = [0];
    source.read_exact(&mut byte).ok()?;
    Some(u64::from(byte[0]))
}

/// The type of an object and its size: four bits of it first, then seven in each byte, the lowest
/// first.
fn head(source: &mut impl BufRead) -> Option<(u64, u64)> {
    let first = byte(source)?;
    let more = if first & 0x80 != 0 { number(source)?.checked_mul(16)? } else { 0 };
    Some((first >> 4 & 7, first & 15 | more))
}

/// A number: seven bits in each byte, the lowest first.
fn number(source: &mut impl BufRead) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let next = byte(source)?;
        number |= (next & 0x7f).checked_shl(shift).filter(|_| shift < 57)?;
        if next & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

/// How far before an object its base lies: seven bits in each byte, the highest first, and one more
/// for every further byte.
fn distance(source: &mut impl BufRead) -> Option<u64> {
    let mut next = byte(source)?;
    let mut distance = next & 0x7f;
    while next & 0x80 != 0 {
        next = byte(source)?;
        distance = distance.checked_add(1)?.checked_mul(128)? | (next & 0x7f);
    }
    Some(distance)
}

/// Applies a difference to its base: pieces of the base and new bytes, one after the other.
fn apply(base: &[u8], mut difference: &[u8]) -> Option<Vec<u8>> {
    let source = &mut difference;
    let mut length = || usize::try_from(number(source)?).ok();
    let (from, to) = (length()?, length()?);
    if from != base.len() || to > LARGEST {
        return None;
    }
    let mut result = Vec::with_capacity(to);
    while let Some((code, rest)) = source.split_first() {
        *source = rest;
        let piece = match code {
            0 => return None,
            1..=0x7f => source.split_off(..usize::from(*code))?,
            _ => {
                let (offset, size) = (picked(source, *code, 4)?, picked(source, code >> 4, 3)?);
                base.get(offset..)?.get(..if size == 0 { 0x10000 } else { size })?
            }
        };
        if result.len() + piece.len() > to {
            return None;
        }
        result.extend_from_slice(piece);
    }
    (result.len() == to).then_some(result)
}

/// A number of which the bytes are there whose bits are set, the lowest first.
fn picked(source: &mut &[u8], bits: u8, bytes: u32) -> Option<usize> {
    let mut number = 0;
    for at in (0..bytes).filter(|at| bits >> at & 1 == 1) {
        number |= usize::from(*source.split_off_first()?) << (8 * at);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    /// A repository in which one folder of 3000 files changes twelve times, packed by libgit2.
    fn packed() -> (tempfile::TempDir, Vec<Oid>) {
        let folder = tempfile::tempdir().unwrap();
        let git = Repository::init(folder.path()).unwrap();
        let blobs: Vec<Oid> = (0..12).map(|at| git.blob(format!("{at}\n").as_bytes()).unwrap()).collect();
        let mut builder = git.treebuilder(None).unwrap();
        for at in 0..3000 {
            builder.insert(format!("file-{at:04}.yaml"), blobs[0], 0o100_644).unwrap();
        }
        let below = builder.write().unwrap();
        builder.insert("folder", below, 0o040_000).unwrap();
        let trees: Vec<Oid> = blobs
            .iter()
            .map(|blob| {
                for at in (7..3000).step_by(100) {
                    builder.insert(format!("file-{at:04}.yaml"), *blob, 0o100_644).unwrap();
                }
                builder.write().unwrap()
            })
            .collect();
        let mut pack = git.packbuilder().unwrap();
        trees.iter().chain(&blobs).chain([&below]).for_each(|id| pack.insert_object(*id, None).unwrap());
        let objects = folder.path().join(".git/objects");
        pack.write(&objects.join("pack"), 0).unwrap();
        for loose in fs::read_dir(&objects).unwrap().map(|entry| entry.unwrap().path()) {
            if loose.file_name().unwrap().len() == 2 {
                fs::remove_dir_all(loose).unwrap();
            }
        }
        (folder, trees)
    }

    #[test]
    fn packed_trees_hold_what_libgit2_finds_in_them() {
        let (folder, ids) = packed();
        let git = Repository::open(folder.path()).unwrap();
        let mut trees = Trees::of(&git);
        for id in ids.iter().rev() {
            assert!(trees.packed(*id).is_some(), "{id} is not read from the pack");
            for name in ["file-0000.yaml", "file-0007.yaml", "file-2907.yaml", "folder", "file-3000.yaml"] {
                let entry = git.find_tree(*id).unwrap();
                let entry = entry.get_name(name).filter(|entry| entry.kind() == Some(ObjectType::Blob));
                assert_eq!(trees.file_in(*id, name).unwrap(), entry.map(|entry| entry.id()), "{name}");
            }
        }
        // Most are differences, or else nothing is won here.
        let pack = &trees.packs.as_ref().unwrap()[0];
        let differs = |id: &Oid| {
            let entry = pack.entry(pack.offset(id.as_bytes()).unwrap()).unwrap();
            matches!(entry.kind, EntryKind::DifferenceTo(_))
        };
        assert!(ids.iter().filter(|id| differs(id)).count() > 6);
    }

    #[test]
    fn what_is_not_packed_is_found_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let git = Repository::init(folder.path()).unwrap();
        let blob = git.blob(b"x").unwrap();
        let mut builder = git.treebuilder(None).unwrap();
        builder.insert("x.yaml", blob, 0o100_644).unwrap();
        let tree = builder.write().unwrap();
        let mut trees = Trees::of(&git);
        assert_eq!(trees.packed(tree), None);
        assert_eq!(trees.file_in(tree, "x.yaml").unwrap(), Some(blob));
        assert!(trees.file_in(blob, "x.yaml").is_err(), "a file is no tree");
    }

    /// A pack of one tree that is the difference to itself.
    #[test]
    fn a_difference_to_itself_is_no_tree() {
        let folder = tempfile::tempdir().unwrap();
        let git = Repository::init(folder.path()).unwrap();
        let id = Oid::from_bytes(&[7; ID]).unwrap();
        let mut zip = ZlibEncoder::new(Vec::new(), Compression::default());
        zip.write_all(&[8, 6, 2, b'x', b'y', 0b1001_0001, 2, 4]).unwrap();
        let zipped = zip.finish().unwrap();
        let heads: [&[u8]; 2] = [&[0x68, 0], &[&[0x78], id.as_bytes()].concat()];
        for head in heads {
            let pack = [b"PACK\0\0\0\x02\0\0\0\x01", head, &zipped, &[9; ID]].concat();
            let fanout = (0..=255_u32).flat_map(|byte| u32::from(byte >= 7).to_be_bytes());
            let fanout: Vec<u8> = fanout.collect();
            let (start, offset): (&[u8], &[u8]) = (b"\xfftOc\0\0\0\x02", &[0, 0, 0, 0, 0, 0, 0, 12]);
            let index = [start, &fanout, id.as_bytes(), offset, &[9; ID], &[0; ID]].concat();
            let path = folder.path().join(".git/objects/pack/pack-x.pack");
            fs::write(&path, &pack).unwrap();
            fs::write(path.with_extension("idx"), &index).unwrap();
            let mut trees = Trees::of(&git);
            assert_eq!(trees.packed(id), None);
            let packs = trees.packs.unwrap();
            assert_eq!(packs[0].offset(id.as_bytes()), Some(12), "the pack is read");
        }
    }

    /// Whatever is changed in a pack or its index, the answer is right or there is none.
    #[test]
    fn damage_is_never_an_answer() {
        let (folder, ids) = packed();
        let git = Repository::open(folder.path()).unwrap();
        let objects = folder.path().join(".git/objects/pack");
        let right: Vec<_> = ids.iter().map(|id| Trees::of(&git).packed(*id).unwrap()).collect();
        for file in fs::read_dir(&objects).unwrap().map(|entry| entry.unwrap().path()) {
            let whole = fs::read(&file).unwrap();
            let mut permissions = fs::metadata(&file).unwrap().permissions();
            #[expect(
                clippy::permissions_set_readonly_false,
                reason = "the file lies in a folder of its own"
            )]
            permissions.set_readonly(false);
            fs::set_permissions(&file, permissions).unwrap();
            for at in (0..whole.len()).step_by(whole.len() / 150) {
                let mut damaged = whole.clone();
                damaged[at] ^= 0x55;
                fs::write(&file, &damaged).unwrap();
                for (id, right) in ids.iter().zip(&right) {
                    if let Some(found) = Trees::of(&git).packed(*id) {
                        assert_eq!(&found, right, "byte {at} of {}", file.display());
                    }
                }
                fs::write(&file, &whole[..at]).unwrap();
                let _ = Trees::of(&git).packed(ids[11]);
            }
            fs::write(&file, &whole).unwrap();
        }
    }

    /// The instructions of gitformat-pack(5): insert two bytes, copy four from the third on.
    #[test]
    fn a_difference_is_copies_and_new_bytes() {
        let difference = [8, 6, 2, b'x', b'y', 0b1001_0001, 2, 4];
        assert_eq!(apply(b"abcdefgh", &difference).unwrap(), b"xycdef");
        for at in 0..difference.len() {
            assert_eq!(apply(b"abcdefgh", &difference[..at]), None, "cut at {at}");
        }
        assert_eq!(apply(b"abcdefg", &difference), None, "another base");
        assert_eq!(apply(b"abcdefgh", &[8, 1, 0]), None, "a reserved instruction");
        assert_eq!(apply(b"abcdefgh", &[8, 4, 0b1001_0001, 6, 4]), None, "beyond the base");
        assert_eq!(apply(b"abcdefgh", &[8, 0x80, 0x80, 0x80, 0x80, 0x80, 1]), None, "a length without end");
    }
}
