//! The rules that are checked while files are read, as the catalogue shows them. Their checks stand
//! where the reading is done: in `yaml`, `schema`, `model`, `snapshot` and `store`.

use super::{Check, Rule};
use crate::finding::Level;

/// What these rules have in common.
const READING: Rule = Rule {
    id: "",
    level: Level::Error,
    what: "",
    why: "",
    bad: "",
    good: "",
    mend: "",
    check: Check::Reading,
};

const FILE: &str = "# inventory/items/server/srv-web-01.yaml, a plain file of text\n";

pub static UNREADABLE_FILE: Rule = Rule {
    id: "unreadable-file",
    what: "a file cannot be read",
    why: "What it records is missing from every answer.",
    bad: "# a file that its permissions, its name or a damaged disk keep closed\n",
    good: FILE,
    mend: "Check the file's permissions and its name; in an incomplete clone fetch what is missing.",
    ..READING
};

pub static NOT_A_FILE: Rule = Rule {
    id: "not-a-file",
    what: "a name that looks like a record is no regular file",
    why: "A pipe, a device or a submodule holds no record, and reading one could wait for ever.",
    bad: "# a pipe named srv-web-01.yaml\n",
    good: FILE,
    mend: "Delete it, or put a plain file in its place.",
    ..READING
};

pub static SYMLINK: Rule = Rule {
    id: "symlink",
    what: "a record is a symbolic link",
    why: "A link can lead out of the repository, so none is followed; the record it stands for is missing.",
    bad: "# srv-web-01.yaml -> ../../../templates/server.yaml\n",
    good: FILE,
    mend: "Replace the link by a copy of the file it points to.",
    ..READING
};

pub static STRAY_FILE: Rule = Rule {
    id: "stray-file",
    level: Level::Warning,
    what: "a YAML file lies where no kind of record lies, so it is not read",
    why: "Somebody may believe that it is recorded.",
    bad: "# inventory/items/srv-web-09.yaml\nid: srv-web-09\n",
    good: "# inventory/items/server/srv-web-09.yaml\nid: srv-web-09\n",
    mend: "Move the file to the folder of its kind and class, and let its name end in .yaml.",
    ..READING
};

pub static PRIVATE_KEY_FILE: Rule = Rule {
    id: "private-key-file",
    what: "a file of keys lies beside the records and holds a private key",
    why: "Whoever can read the repository, now or from any old clone, can use it; deleting the file does not take it out of the history.",
    bad: "# inventory/items/server/srv-web-01.key\n",
    good: "# the key in a vault, and in the record where it is kept\n",
    mend: "Take it out, and have the key replaced where it is valid: it is known now.",
    ..READING
};

pub static EMPTY_FILE: Rule = Rule {
    id: "empty-file",
    what: "a file holds no record",
    why: "Mostly a write that was cut short; what was recorded may be lost here and still be in the history.",
    bad: "# inventory/items/server/srv-web-01.yaml\n# nothing but comments\n",
    good: "id: srv-web-01\nclass: server\nname: Web front end 1\nstatus: in_stock\n",
    mend: "Restore the content with `git checkout`, or delete the file.",
    ..READING
};

pub static TOO_LARGE: Rule = Rule {
    id: "too-large",
    what: "a file is larger than 1 MiB",
    why: "A record is a page of text; a larger file is an export, an attachment or an attack.",
    bad: "# a file of 1048577 bytes\n",
    good: FILE,
    mend: "Keep attachments and exports outside the inventory and refer to them.",
    ..READING
};

pub static INVALID_UTF8: Rule = Rule {
    id: "invalid-utf8",
    what: "a file is not UTF-8",
    why: "Its letters would be read differently from one machine to the next.",
    bad: "# `name: Café` saved as Latin-1: the byte 0xe9 is no UTF-8\n",
    good: "name: Café\n",
    mend: "Save the file as UTF-8.",
    ..READING
};

pub static CONTROL_CHARACTER: Rule = Rule {
    id: "control-character",
    what: "a file holds a control character",
    why: "It cannot be seen, changes what is compared, and can make a terminal do things.",
    bad: "# a file with the byte 0x1b, which begins commands to a terminal\n",
    good: FILE,
    mend: "Delete the character; records are plain text.",
    ..READING
};

pub static CONFLICT_MARKER: Rule = Rule {
    id: "conflict-marker",
    what: "a file holds the markers of an unfinished merge",
    why: "Two versions stand in one file and nobody has decided between them.",
    bad: "<<<<<<< HEAD\nstatus: in_stock\n=======\nstatus: in_use\n>>>>>>> move-web\n",
    good: "status: in_use\n",
    mend: "Decide between both sides and delete the marker lines.",
    ..READING
};

pub static MERGE_CONFLICT: Rule = Rule {
    id: "merge-conflict",
    what: "a merge needs a person: both sides changed the same lines of a file, or one deleted it",
    why: "Hosting services merge by lines of text, and refuse this one; until it is merged by hand nothing can be said of the result.",
    bad: "# `status: in_use` on this branch, `status: retired` on the branch to merge, `status: in_stock` before\n",
    good: FILE,
    mend: "Merge the other branch into this one with `git merge`, and decide what to keep.",
    ..READING
};

pub static LFS_POINTER: Rule = Rule {
    id: "lfs-pointer",
    what: "a file is a pointer of Git LFS",
    why: "The record itself is elsewhere, and comparing versions would compare pointers.",
    bad: "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 212\n",
    good: "name: Web front end 1\n",
    mend: "Take YAML files out of .gitattributes' LFS patterns and commit the record itself.",
    ..READING
};

pub static SYNTAX: Rule = Rule {
    id: "syntax",
    what: "a file is not YAML",
    why: "Nothing of it can be read.",
    bad: "name: Web front end: first of two\n",
    good: "name: \"Web front end: first of two\"\n",
    mend: "Look at indentation (spaces, no tabs), the space after `:`, and texts with `: ` or ` #` in them, which need quotes.",
    ..READING
};

pub static DIRECTIVE: Rule = Rule {
    id: "directive",
    what: "a file begins with a YAML directive",
    why: "Records need none, and readers disagree on what directives do.",
    bad: "%YAML 1.2\n---\nname: Web front end 1\n",
    good: "name: Web front end 1\n",
    mend: "Delete the line.",
    ..READING
};

pub static SEVERAL_DOCUMENTS: Rule = Rule {
    id: "several-documents",
    what: "a file holds more than one YAML document",
    why: "One file is one record, so that history, review and conflicts are about one thing.",
    bad: "id: srv-web-01\n---\nid: srv-web-02\n",
    good: "id: srv-web-01\n",
    mend: "Put each record into a file of its own.",
    ..READING
};

pub static NO_MAPPING: Rule = Rule {
    id: "no-mapping",
    what: "a record is a list or a single value",
    why: "A record is a mapping of fields.",
    bad: "- srv-web-01\n- Web front end 1\n",
    good: "id: srv-web-01\nname: Web front end 1\n",
    mend: "Write `field: value` lines.",
    ..READING
};

pub static ANCHOR: Rule = Rule {
    id: "anchor",
    what: "a value has an anchor",
    why: "What an anchor shares changes in several places at once, which no difference shows.",
    bad: "owner: &team infra-team\n",
    good: "owner: infra-team\n",
    mend: "Write the value out where it is needed.",
    ..READING
};

pub static ALIAS: Rule = Rule {
    id: "alias",
    what: "a value is an alias of another",
    why: "A reader must search for what it says, and a few aliases of aliases can fill all memory.",
    bad: "owner: *team\n",
    good: "owner: infra-team\n",
    mend: "Write the value out.",
    ..READING
};

pub static MERGE_KEY: Rule = Rule {
    id: "merge-key",
    what: "a mapping takes fields over by `<<`",
    why: "Its fields would stand elsewhere, and YAML 1.2 has no merge keys.",
    bad: "attributes:\n  <<: {cpu_cores: 32}\n",
    good: "attributes:\n  cpu_cores: 32\n",
    mend: "Write the fields out.",
    ..READING
};

pub static TAG: Rule = Rule {
    id: "tag",
    what: "a value has a tag",
    why: "The schema says what a value means; tags can make other programs load files or run code.",
    bad: "serial: !!str 0012\n",
    good: "serial: 0012\n",
    mend: "Delete the tag. A field of text stays the text as typed, zeros and all.",
    ..READING
};

pub static DUPLICATE_KEY: Rule = Rule {
    id: "duplicate-key",
    what: "a field is given twice",
    why: "Readers disagree on which one counts.",
    bad: "owner: infra-team\nowner: apps-team\n",
    good: "owner: infra-team\n",
    mend: "Keep one of the lines.",
    ..READING
};

pub static UNUSABLE_KEY: Rule = Rule {
    id: "unusable-key",
    what: "the name of a field is empty or is no text",
    why: "Nothing can name such a field.",
    bad: "? [owner, location]\n: infra-team\n",
    good: "owner: infra-team\n",
    mend: "Give every value a plain name.",
    ..READING
};

pub static TOO_DEEP: Rule = Rule {
    id: "too-deep",
    what: "lists and mappings nest deeper than 32",
    why: "No record needs it; such files are made to exhaust programs.",
    bad: "name: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
    good: "name: Web front end 1\n",
    mend: "Flatten the record.",
    ..READING
};

pub static TOO_MANY_NODES: Rule = Rule {
    id: "too-many-nodes",
    what: "a file holds more than 10 000 values",
    why: "A record describes one thing; a list of that length belongs into several records.",
    bad: "# a file with 10 001 values\n",
    good: FILE,
    mend: "Split it into several records.",
    ..READING
};

pub static UNUSABLE_SCHEMA: Rule = Rule {
    id: "unusable-schema",
    what: "a schema of the estate's own cannot be used",
    why: "Items of its class cannot be checked.",
    bad: "# schemas/badge_reader.schema.json\n{\"title\": \"Badge reader\", }\n",
    good: "# schemas/badge_reader.schema.json\n{\"title\": \"Badge reader\", \"description\": \"Opens doors.\", \"allOf\": [{\"$ref\": \"item.schema.json\"}]}\n",
    mend: "Compare it with a class that works, such as the output of `estate schema server`.",
    ..READING
};

pub static UNKNOWN_CLASS: Rule = Rule {
    id: "unknown-class",
    what: "an item is of a class, or the settings name one, that has no schema",
    why: "Its fields cannot be checked, and reports by class leave it out.",
    bad: "class: sever\n",
    good: "class: server\n",
    mend: "Correct the class, or add schemas/<class>.schema.json.",
    ..READING
};

pub static WRONG_FOLDER: Rule = Rule {
    id: "wrong-folder",
    what: "an item lies in the folder of another class",
    why: "The folder says the class, and both must agree.",
    bad: "class: laptop\n",
    good: "class: server\n",
    mend: "Move the file to inventory/items/<class>/, or correct the class.",
    ..READING
};

pub static INVALID_ID: Rule = Rule {
    id: "invalid-id",
    what: "the name of a file cannot be an id",
    why: "Ids are names of files on every system and words in commands and references.",
    bad: "# inventory/parties/Infra_Team.yaml\nid: Infra_Team\n",
    good: "# inventory/parties/infra-team.yaml\nid: infra-team\n",
    mend: "Use lower-case letters, digits and hyphens, at most 64, and no device name such as con.",
    ..READING
};

pub static ID_NOT_FILE_NAME: Rule = Rule {
    id: "id-not-file-name",
    what: "the id in a record is not its file's name",
    why: "References find records by the name of the file.",
    bad: "id: srv-web-1\n",
    good: "id: srv-web-01\n",
    mend: "Write the file's name, or rename the file.",
    ..READING
};

pub static UNKNOWN_FIELD: Rule = Rule {
    id: "unknown-field",
    what: "a record has a field that its schema does not know",
    why: "A field with a typing error is never read, and nobody notices.",
    bad: "onwer: infra-team\n",
    good: "owner: infra-team\n",
    mend: "Correct the name; properties of a class stand under `attributes`.",
    ..READING
};

pub static MISSING_FIELD: Rule = Rule {
    id: "missing-field",
    what: "a record lacks a field that its schema requires",
    why: "Without it the record says too little to be used.",
    bad: "# inventory/contracts/dell-prosupport.yaml\nterm: {length: 3y}\n",
    good: "# inventory/contracts/dell-prosupport.yaml\nterm: {start: 2023-03-01, length: 3y}\n",
    mend: "Add the field; `estate schema` says what it holds.",
    ..READING
};

pub static EMPTY_VALUE: Rule = Rule {
    id: "empty-value",
    what: "a field has no value",
    why: "It looks as if something were said.",
    bad: "owner:\n",
    good: "owner: infra-team\n",
    mend: "Give it a value, or delete the line.",
    ..READING
};

pub static WRONG_TYPE: Rule = Rule {
    id: "wrong-type",
    what: "a value is of another type than its field takes",
    why: "It cannot be read as what it should be.",
    bad: "relations:\n  runs_on: rack-12\n",
    good: "relations:\n  runs_on: [rack-12]\n",
    mend: "Write a list, a mapping, a number or a text, as the schema says.",
    ..READING
};

pub static INVALID_VALUE: Rule = Rule {
    id: "invalid-value",
    what: "a value is not one that its field takes",
    why: "It cannot be counted, compared or computed with.",
    bad: "cost: 8.420,00\n",
    good: "cost: 8420.00 EUR\n",
    mend: "Write it as the schema says: money with its currency, dates as 2023-03-01, a status from its list.",
    ..READING
};
