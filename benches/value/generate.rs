//! An estate whose services rest on one another in five levels, the same for the same number of items.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Changes whenever what is generated changes.
pub const VERSION: &str = "1";

/// The text of each file by its path, and what a database needs to answer the same question.
pub struct Generated {
    pub files: BTreeMap<String, String>,
    /// Item and yearly charge in cents.
    pub items: Vec<(String, i64)>,
    /// Contract, yearly price in cents, what it covers.
    pub contracts: Vec<(i64, Vec<usize>)>,
    /// Service, and item with the share in percent that it takes.
    pub uses_item: Vec<(usize, usize, i64)>,
    /// Service, and service with the share in percent that it takes.
    pub uses_service: Vec<(usize, usize, i64)>,
}

const LEVELS: usize = 5;

pub fn generate(items: usize, services: usize, contracts: usize) -> Generated {
    let mut made = Generated {
        files: BTreeMap::new(),
        items: Vec::new(),
        contracts: Vec::new(),
        uses_item: Vec::new(),
        uses_service: Vec::new(),
    };
    let mut random = Random(0x5eed);
    made.put("settings", "organisation: {name: Bench}\ncurrency: EUR\nfiscal_year: {start: \"01-01\"}\nbooks:\n  accounting: {convention: thirty_360, default: true}\n".to_owned());
    for party in ["it", "sales", "finance", "supplier"] {
        made.put(&format!("parties/{party}"), format!("id: {party}\nname: {party}\nkind: team\n"));
    }
    for at in 0..items {
        // Multiples of 60 months: a year's charge is a whole number of cents.
        let yearly = 12 * (1000 + random.below(50_000));
        let id = format!("srv-{at:06}");
        made.put(&format!("items/server/{id}"), format!("id: {id}\nclass: server\nname: Server {at}\nstatus: in_use\nowner: it\nacquired: 2024-01-01\nin_service: 2024-01-01\ncost: {}.{:02} EUR\nattributes:\n  hostname: {id}\n  cpu_cores: 32\n  memory_gib: 256\n", yearly * 5 / 100, yearly * 5 % 100));
        made.put(&format!("schedules/{id}"), format!("id: {id}\nitem: {id}\nbooks:\n  accounting: {{method: straight_line, life: 5y, start: 2024-01-01}}\n"));
        made.items.push((id, i64::try_from(yearly).expect("a small number")));
    }
    for at in 0..contracts {
        let price = 12 * (100 + random.below(5000));
        let covers: Vec<usize> = (0..10)
            .map(|_| random.below(items))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut text = format!(
            "id: c-{at:04}\nside: supplier\nkind: maintenance\nparty: supplier\nterm: {{start: 2024-01-01, length: 5y}}\nprice: {{amount: {}.{:02} EUR, per: year}}\ncovers:\n",
            price / 100,
            price % 100
        );
        for item in &covers {
            let _ = writeln!(text, "  - srv-{item:06}");
        }
        made.put(&format!("contracts/c-{at:04}"), text);
        made.contracts.push((i64::try_from(price).expect("a small number"), covers));
    }
    made.services(items, services, &mut random);
    made
}

impl Generated {
    fn put(&mut self, path: &str, text: String) {
        self.files.insert(format!("inventory/{path}.yaml"), text);
    }

    /// Services of equal levels; each takes its part of the items, and 10 % of some of the level below.
    fn services(&mut self, items: usize, services: usize, random: &mut Random) {
        let per_level = services.div_ceil(LEVELS);
        let mut taken = vec![0i64; services];
        for at in 0..services {
            let mut text = format!(
                "id: s-{at:04}\nname: Service {at}\nstatus: in_use\nowner: it\nconsumers: {{sales: 60%, finance: 40%}}\ncomponents:\n"
            );
            // Nine items in ten are shared by two services, the others are one's own.
            for item in (at..items).step_by(services) {
                let share = if item % 10 == 0 { 100 } else { 60 };
                let _ = writeln!(text, "  - {{item: srv-{item:06}, share: {share}%}}");
                self.uses_item.push((at, item, share));
                let other = (item + items - 1) % items;
                if !other.is_multiple_of(10) {
                    let _ = writeln!(text, "  - {{item: srv-{other:06}, share: 40%}}");
                    self.uses_item.push((at, other, 40));
                }
            }
            if at >= per_level {
                let below = (at / per_level - 1) * per_level;
                for _ in 0..4 {
                    let used = below + random.below(per_level);
                    let is_new =
                        !self.uses_service.iter().rev().take(4).any(|(by, of, _)| (*by, *of) == (at, used));
                    if taken[used] <= 80 && is_new {
                        taken[used] += 10;
                        let _ = writeln!(text, "  - {{service: s-{used:04}, share: 10%}}");
                        self.uses_service.push((at, used, 10));
                    }
                }
            }
            self.put(&format!("services/s-{at:04}"), text);
        }
    }
}

/// splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap_or(0)
    }
}
