//! Which class a device belongs to, from the words of its role, else of its type.

/// What a device is for us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Class {
    pub name: &'static str,
    /// The attribute in which the class says what its items do, with our word for it; where the
    /// class takes any text there, it is NetBox's role.
    pub does: Option<(&'static str, &'static str)>,
}

const fn class(name: &'static str) -> Class {
    Class { name, does: None }
}

const fn network(role: &'static str) -> Class {
    Class { name: "network_device", does: Some(("role", role)) }
}

const fn power(kind: &'static str) -> Class {
    Class { name: "power", does: Some(("kind", kind)) }
}

const fn storage(role: &'static str) -> Class {
    Class { name: "storage", does: Some(("role", role)) }
}

/// Beginnings of words in a slug, or whole words where they end in a hyphen. The first that is found
/// counts, so what qualifies another word comes before it: a console server is no server.
const WORDS: &[(&str, Class)] = &[
    ("-patch-panel", network("patch_panel")),
    ("-fiber-panel", network("patch_panel")),
    ("-panel-", network("patch_panel")),
    ("-console", network("other")),
    ("-terminal-server", network("other")),
    ("-firewall", network("firewall")),
    ("-load-balancer", network("load_balancer")),
    ("-adc-", network("load_balancer")),
    ("-wireless-controller", network("wireless_controller")),
    ("-wireless-lan-controller", network("wireless_controller")),
    ("-wlc-", network("wireless_controller")),
    ("-access-point", network("access_point")),
    ("-wireless-ap-", network("access_point")),
    ("-ap-", network("access_point")),
    ("-pdu", power("pdu")),
    ("-ups-", power("ups")),
    ("-generator", power("generator")),
    ("-router", network("router")),
    ("-gateway", network("router")),
    ("-cpe-", network("router")),
    ("-switch", network("switch")),
    ("-leaf", network("switch")),
    ("-spine", network("switch")),
    ("-tor-", network("switch")),
    ("-modem", network("modem")),
    ("-san-", storage("block")),
    ("-nas-", storage("file")),
    ("-tape", storage("tape")),
    ("-storage", class("storage")),
    ("-disk-array", class("storage")),
    ("-printer", class("printer")),
    ("-laptop", class("laptop")),
    ("-workstation", class("workstation")),
    ("-desktop", class("workstation")),
    ("-server", class("server")),
    ("-hypervisor", class("server")),
    ("-virtualization", class("server")),
    ("-virtualisation", class("server")),
    ("-compute", class("server")),
    ("-blade", class("server")),
    ("-host-", class("server")),
    ("-esx", class("server")),
];

/// NetBox is a network's inventory: what says nothing else is part of the network.
const OTHERWISE: Class = network("other");

pub fn class_of(role: Option<&str>, device_type: Option<&str>) -> Class {
    [role, device_type].into_iter().flatten().find_map(by_words).unwrap_or(OTHERWISE)
}

fn by_words(slug: &str) -> Option<Class> {
    let words = format!("-{slug}-");
    WORDS.iter().find(|(word, _)| words.contains(word)).map(|(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_decides_then_the_type() {
        for (role, device_type, expected) in [
            ("core-switch", "poweredge-r650-server", network("switch")),
            ("application-server", "x", class("server")),
            ("console-server", "x", network("other")),
            ("patch-panel", "x", network("patch_panel")),
            ("wlan-ap", "x", network("access_point")),
            ("application", "apc-ap7901", network("other")),
            ("customer-equipment", "sg-500-switch", network("switch")),
            ("pdus", "x", power("pdu")),
            ("san", "x", storage("block")),
            ("sandbox-servers", "x", class("server")),
        ] {
            assert_eq!(class_of(Some(role), Some(device_type)), expected, "{role}, {device_type}");
        }
        assert_eq!(class_of(None, None), OTHERWISE);
    }
}
