//! An estate of any size, the same for the same number of items.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

/// Changes whenever what is generated changes.
pub const VERSION: &str = "3";

const CITIES: [&str; 8] = ["paris", "lyon", "nantes", "lille", "bordeaux", "toulouse", "rennes", "nice"];
const TEAMS: [&str; 6] = ["infra", "workplace", "apps", "network", "data", "security"];
const SUPPLIERS: [(&str, &str, &str); 4] = [
    ("dell", "Dell", "PowerEdge R650"),
    ("hpe", "HPE", "ProLiant DL360"),
    ("lenovo", "Lenovo", "ThinkPad T14"),
    ("cisco", "Cisco", "Catalyst C9300-48T"),
];
/// Items of one rack, one host, one contract, one service.
const PER_RACK: usize = 20;
const PER_HOST: usize = 20;
const PER_CONTRACT: usize = 200;
const PER_SERVICE: usize = 100;

pub fn laptop_id(near: usize) -> String {
    format!("lap-{:06}", near / 20 * 20)
}

/// Writes the files of an estate of that many items, and of what belongs to them.
pub fn write(root: &Path, items: usize) -> io::Result<()> {
    let mut files = Files { root, random: 0x5eed };
    files.put("settings", SETTINGS)?;
    for team in TEAMS {
        let text = format!("id: team-{team}\nname: Team {team}\nkind: team\nemail: {team}@example.org\n");
        files.put(&format!("parties/team-{team}"), &text)?;
    }
    for (id, name, _) in SUPPLIERS {
        files.put(&format!("parties/{id}"), &format!("id: {id}\nname: {name}\nkind: supplier\n"))?;
    }
    for city in CITIES {
        let text = format!(
            "id: site-{city}\nclass: location\nname: Site {city}\nstatus: in_use\nowner: team-infra\nin_service: 2015-01-05\nattributes:\n  kind: building\n"
        );
        files.put(&format!("items/location/site-{city}"), &text)?;
    }
    for rack in 0..=items / 10 / PER_RACK {
        files.rack(rack)?;
    }
    for number in 0..items {
        match number % 20 {
            0..=8 => files.laptop(number)?,
            9..=10 => files.server(number)?,
            11..=15 => files.virtual_machine(number)?,
            16..=17 => files.mobile(number)?,
            18 => files.workstation(number)?,
            _ => files.switch(number)?,
        }
    }
    for number in 0..=items / PER_CONTRACT / 10 {
        files.contract(number, items)?;
    }
    for number in 0..=items / PER_SERVICE / 10 {
        files.service(number, items)?;
    }
    Ok(())
}

const SETTINGS: &str = "organisation: {name: Scale, country: FR}
currency: EUR
fiscal_year: {start: \"01-01\"}
books:
  accounting: {convention: thirty_360, default: true}
class_defaults:
  server:
    schedule:
      accounting: {method: straight_line, life: 5y}
  laptop:
    schedule:
      accounting: {method: straight_line, life: 3y}
";

struct Files<'r> {
    root: &'r Path,
    random: u64,
}

impl Files<'_> {
    fn put(&self, path: &str, text: &str) -> io::Result<()> {
        let path = self.root.join("inventory").join(format!("{path}.yaml"));
        let folder = path.parent().unwrap_or(self.root);
        if !folder.is_dir() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)
    }

    /// splitmix64.
    fn below(&mut self, end: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap_or(0)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// What all hardware has: who owns it, what it is, when it came.
    fn hardware(&mut self, class: &str, id: &str, name: &str, status: &str) -> (String, String) {
        let (supplier, maker, model) = self.pick(&SUPPLIERS);
        let (city, team) = (self.pick(&CITIES), self.pick(&TEAMS));
        let (year, month, day) = (2019 + self.below(7), 1 + self.below(12), 1 + self.below(20));
        let in_service = format!("{year}-{month:02}-{:02}", day + 7);
        let serial = format!("{:X}", 0x1000_0000_0000 + self.below(usize::MAX >> 20));
        let tag = id.replace('-', "");
        let text = format!(
            "# yaml-language-server: $schema=../../../schemas/{class}.schema.json
id: {id}
class: {class}
name: {name}
status: {status}
owner: team-{team}
location: site-{city}
model: {model}
manufacturer: {maker}
serial: {serial}
asset_tag: {tag}
acquired: {year}-{month:02}-{day:02}
in_service: {in_service}
supplier: {supplier}
"
        );
        (text, in_service)
    }

    /// A cost, and the schedule that goes with it.
    fn bought(
        &mut self,
        text: &mut String,
        id: &str,
        start: &str,
        life: &str,
        most: usize,
    ) -> io::Result<()> {
        let cost = 400 + self.below(most);
        let _ = writeln!(text, "cost: {cost}.00 EUR");
        let schedule = format!(
            "# yaml-language-server: $schema=../../schemas/schedule.schema.json
id: {id}
item: {id}
books:
  accounting:
    method: straight_line
    life: {life}
    start: {start}
"
        );
        self.put(&format!("schedules/{id}"), &schedule)
    }

    fn rack(&mut self, number: usize) -> io::Result<()> {
        let id = format!("rack-{number:05}");
        let (mut text, _) = self.hardware("rack", &id, &format!("Rack {number}"), "in_use");
        text.push_str("attributes:\n  height_u: 42\n  width_mm: 600\n  depth_mm: 1070\n");
        self.put(&format!("items/rack/{id}"), &text)
    }

    fn server(&mut self, number: usize) -> io::Result<()> {
        let id = format!("srv-{number:06}");
        let (mut text, start) = self.hardware("server", &id, &format!("Server {number}"), "in_use");
        self.bought(&mut text, &id, &start, "5y", 12_000)?;
        let rack = number / 10 / PER_RACK;
        let (cores, memory) = (8 << self.below(3), 32 << self.below(5));
        let (a, b) = (number / 250 % 250, number % 250);
        let _ = write!(
            text,
            "relations:
  runs_on:
    - rack-{rack:05}
attributes:
  hostname: {id}
  primary_ip: 10.20.{a}.{b}/24
  role: virtualisation
  os: Debian 12
  cpu_sockets: 2
  cpu_cores: {cores}
  memory_gib: {memory}
  height_u: 1
  face: front
  power_w: 650
verified: {{on: 2026-03-12, by: team-infra}}
"
        );
        self.put(&format!("items/server/{id}"), &text)
    }

    fn virtual_machine(&mut self, number: usize) -> io::Result<()> {
        let id = format!("vm-{number:06}");
        // Each block of twenty items has two servers, at 9 and 10.
        let host = number / PER_HOST * PER_HOST + 9 + self.below(2);
        let (team, cpus, memory) = (self.pick(&TEAMS), 1 << self.below(5), 2 << self.below(6));
        let (a, b) = (number / 250 % 250, number % 250);
        let text = format!(
            "# yaml-language-server: $schema=../../../schemas/virtual_machine.schema.json
id: {id}
class: virtual_machine
name: Virtual machine {number}
status: in_use
owner: team-{team}
in_service: 2024-02-05
tags: [production, \"tier-2\"]
relations:
  hosted_on:
    - srv-{host:06}
attributes:
  hostname: {id}
  primary_ip: 10.30.{a}.{b}/24
  role: application
  os: Debian 12
  vcpus: {cpus}
  memory_gib: {memory}
  disk_gib: 120
  cluster: main
  backup_policy: daily-30
notes: >-
  Made from the standard image;
  patched every second Tuesday.
"
        );
        self.put(&format!("items/virtual_machine/{id}"), &text)
    }

    fn laptop(&mut self, number: usize) -> io::Result<()> {
        let id = format!("lap-{number:06}");
        let (mut text, start) = self.hardware("laptop", &id, &format!("Laptop {number}"), "in_use");
        if number % 20 < 4 {
            self.bought(&mut text, &id, &start, "3y", 1_500)?;
        }
        let (cores, memory) = (4 + 2 * self.below(6), 8 << self.below(3));
        let _ = write!(
            text,
            "tags:
  - workplace
attributes:
  hostname: {id}
  os: Windows 11
  cpu_cores: {cores}
  memory_gib: {memory}
  disk_gib: 512
  disk_encrypted: true
external: {{snipe-it: \"{number}\"}}
verified: {{on: 2026-01-20, by: team-workplace}}
"
        );
        self.put(&format!("items/laptop/{id}"), &text)
    }

    fn workstation(&mut self, number: usize) -> io::Result<()> {
        let id = format!("wks-{number:06}");
        let (mut text, _) = self.hardware("workstation", &id, &format!("Workstation {number}"), "in_use");
        let _ = write!(
            text,
            "attributes:\n  hostname: {id}\n  os: Windows 11\n  cpu_cores: 12\n  memory_gib: 64\n  disk_gib: 1024\nexternal: {{snipe-it: \"{number}\"}}\n"
        );
        self.put(&format!("items/workstation/{id}"), &text)
    }

    fn mobile(&mut self, number: usize) -> io::Result<()> {
        let id = format!("mob-{number:06}");
        let (mut text, _) = self.hardware("mobile", &id, &format!("Phone {number}"), "in_stock");
        text.push_str("description: \"Réserve, à préparer\"\n");
        self.put(&format!("items/mobile/{id}"), &text)
    }

    fn switch(&mut self, number: usize) -> io::Result<()> {
        let id = format!("sw-{number:06}");
        let (mut text, start) = self.hardware("network_device", &id, &format!("Switch {number}"), "in_use");
        self.bought(&mut text, &id, &start, "7y", 6_000)?;
        let _ = write!(
            text,
            "relations:\n  runs_on:\n    - rack-{:05}\nattributes:\n  hostname: {id}\n",
            number / 10 / PER_RACK
        );
        self.put(&format!("items/network_device/{id}"), &text)
    }

    fn contract(&mut self, number: usize, items: usize) -> io::Result<()> {
        let (supplier, name, _) = self.pick(&SUPPLIERS);
        let id = format!("support-{number:04}");
        let mut text = format!(
            "id: {id}
name: {name} support {number}
side: supplier
kind: maintenance
party: {supplier}
owner: team-infra
signed: 2024-01-05
term: {{start: 2024-02-01, length: 3y}}
renewal: {{mode: tacit, period: 1y, notice: 3mo}}
price: {{amount: 1380.00 EUR, per: year, billed: in_advance}}
covers:
"
        );
        for block in 0..10 {
            let server = (number * 10 + block) * 20 + 9;
            if server < items {
                let _ = writeln!(text, "  - srv-{server:06}");
            }
        }
        self.put(&format!("contracts/{id}"), &text)
    }

    fn service(&mut self, number: usize, items: usize) -> io::Result<()> {
        let id = format!("service-{number:04}");
        let mut text = format!(
            "id: {id}\nname: Service {number}\nstatus: in_use\nowner: team-apps\nconsumers: {{team-apps: 60%, team-data: 40%}}\ncomponents:\n"
        );
        for block in 0..10 {
            let machine = (number * 10 + block) * 20 + 11;
            if machine < items {
                let _ = writeln!(text, "  - item: vm-{machine:06}");
            }
        }
        self.put(&format!("services/{id}"), &text)
    }
}
