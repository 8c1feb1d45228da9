use proptest::prelude::*;

use super::*;

/// A millionth of a cent.
const UNIT: i128 = 1_000_000;

/// A network of one column from own costs in whole coins and (from, to, weight); a node charges in
/// proportion to its weights, and keeps nothing where it has any.
fn network(own: &[i128], edges: &[(usize, usize, i128)]) -> Network {
    let mut whole = vec![0; own.len()];
    for (from, _, weight) in edges {
        whole[*from] += weight;
    }
    Network {
        own: own.iter().map(|own| vec![own * UNIT]).collect(),
        whole,
        edges: edges
            .iter()
            .map(|(from, to, weight)| Edge { from: *from, to: *to, weight: *weight })
            .collect(),
    }
}

/// A column of one figure a node, in coins, to the nearest.
fn coins(table: &[Vec<i128>]) -> Vec<i128> {
    table.iter().map(|row| (row[0] + UNIT / 2).div_euclid(UNIT)).collect()
}

/// Three service departments (S1, S2, S3) and two of production, published with its solution at
/// expertsmind.com, "example of methods of allocating service costs" (30131914).
fn expertsmind() -> Network {
    let (s1, s2, s3, p1, p2) = (0, 1, 2, 3, 4);
    network(
        &[92_400, 184_800, 138_600, 400_000, 500_000],
        &[
            (s1, s2, 1000),
            (s1, s3, 2000),
            (s1, p1, 4000),
            (s1, p2, 3000),
            (s2, s1, 2000),
            (s2, s3, 4000),
            (s2, p1, 10_000),
            (s2, p2, 4000),
            (s3, s1, 4500),
            (s3, p1, 1500),
            (s3, p2, 9000),
        ],
    )
}

#[test]
fn direct_as_published() {
    let allocated = allocate(&expertsmind(), &Method::Direct).unwrap();
    assert_eq!(coins(&allocated.kept), [0, 0, 0, 604_600, 711_200]);
}

#[test]
fn step_down_in_an_order_as_published() {
    let allocated = allocate(&expertsmind(), &Method::StepDown(vec![0, 1, 2])).unwrap();
    assert_eq!(coins(&allocated.gross)[1..3], [194_040, 200_200]);
    assert_eq!(coins(&allocated.kept), [0, 0, 0, 573_360, 742_440]);
}

/// The same departments, solved with fractions apart from this program (Python's `fractions`):
/// S1 = 177000.00, S2 = 202500.00, S3 = 214500.00.
#[test]
fn reciprocal_of_three_departments() {
    let allocated = allocate(&expertsmind(), &Method::Reciprocal).unwrap();
    assert_eq!(coins(&allocated.gross)[..3], [177_000, 202_500, 214_500]);
    assert_eq!(coins(&allocated.kept), [0, 0, 0, 593_500, 722_300]);
}

/// A delivery firm: administration (1200) serves maintenance, two-day and next-day delivery by 1:1:4,
/// maintenance (2400) serves administration, two-day and next-day by 1:1:3. Published with A = 1738,
/// M = 2690 and totals of 2328 and 6772 (coursehero.com 9099863, a text on step-down and reciprocal).
#[test]
fn reciprocal_of_a_delivery_firm_as_published() {
    let (admin, maintenance, two_day, next_day) = (0, 1, 2, 3);
    let firm = network(
        &[1200, 2400, 1500, 4000],
        &[
            (admin, maintenance, 1),
            (admin, two_day, 1),
            (admin, next_day, 4),
            (maintenance, admin, 1),
            (maintenance, two_day, 1),
            (maintenance, next_day, 3),
        ],
    );
    let allocated = allocate(&firm, &Method::Reciprocal).unwrap();
    assert_eq!(coins(&allocated.gross), [1738, 2690, 2328, 6772]);
    assert_eq!(coins(&allocated.kept), [0, 0, 2328, 6772]);
}

#[test]
fn what_cannot_be_allocated_is_refused_by_name() {
    let refusal = |network: &Network, method| allocate(network, &method).unwrap_err();
    let circle = network(&[1, 1, 1], &[(0, 1, 1), (1, 0, 1), (1, 2, 1)]);
    assert_eq!(refusal(&circle, Method::StepDown(Vec::new())), Refusal::Cycle(vec![0, 1]));
    let closed = network(&[1, 1, 1], &[(0, 1, 1), (1, 0, 1)]);
    let Refusal::Singular(nodes) = refusal(&closed, Method::Reciprocal) else { panic!() };
    assert_eq!(nodes, [0, 1]);
    let own = network(&[1], &[(0, 0, 1)]);
    assert_eq!(refusal(&own, Method::Reciprocal), Refusal::Singular(vec![0]));
    assert_eq!(refusal(&own, Method::StepDown(Vec::new())), Refusal::Cycle(vec![0]));
    let mut over = network(&[1, 1], &[(0, 1, 3)]);
    over.whole[0] = 2;
    assert_eq!(refusal(&over, Method::Reciprocal), Refusal::Overcharged(0));
    let negative = network(&[1, 1, 1], &[(0, 1, 3), (0, 2, -1)]);
    assert_eq!(refusal(&negative, Method::Direct), Refusal::Edge(1));
}

/// 100.00 in three equal parts (alloc-003): the cent left over goes to the first.
#[test]
fn the_unit_left_over_goes_to_the_largest_remainder() {
    assert_eq!(split(10_000, &[1, 1, 1], 3), Some((vec![3334, 3333, 3333], 0)));
    assert_eq!(split(-100, &[1, 1], 3), Some((vec![-33, -33], -34)));
    assert_eq!(split(7, &[0, 0], 0), Some((vec![0, 0], 7)));
    assert_eq!(split(7, &[-1, 1], 1), None);
    assert_eq!(split(7, &[2], 1), None);
    // Products beyond 128 bits.
    let most = 10i128.pow(30);
    assert_eq!(split(most, &[most, most], most * 4), Some((vec![most / 4, most / 4], most / 2)));
    assert_eq!(round_parts(&[1_500, 1_500, 1_000], 1_000, 4), [2, 1, 1]);
    assert_eq!(round_parts(&[-1_500, 3_400], 1_000, 2), [-1, 3]);
    // Totals that are no rounding of the sum: in proportion, and nothing of nothing.
    assert_eq!(round_parts(&[2_600, 1_400], 1_000, 2), [1, 1]);
    assert_eq!(round_parts(&[9_000, 3_000, 0], 1_000, 8), [6, 2, 0]);
    assert_eq!(round_parts(&[9_000, 3_000, 0], 1_000, 16), [12, 4, 0]);
    assert_eq!(round_parts(&[2_600], 1_000, 4), [4]);
    assert_eq!(round_parts(&[0, 0], 1_000, 1), [1, 0]);
}

prop_compose! {
    /// Up to 8 nodes that charge at random, with two columns; each keeps something.
    fn networks()(
        own in prop::collection::vec((-1_000_000..10_000_000_i128, 0..1_000_i128), 1..8),
        edges in prop::collection::vec((0..8_usize, 0..8_usize, 0..1_000_i128), 0..24),
        kept in prop::collection::vec(1..500_i128, 8),
    ) -> Network {
        let nodes = own.len();
        let edges: Vec<Edge> = edges
            .into_iter()
            .filter(|(from, to, _)| *from < nodes && *to < nodes)
            .map(|(from, to, weight)| Edge { from, to, weight })
            .collect();
        let mut whole: Vec<i128> = kept[..nodes].to_vec();
        for edge in &edges {
            whole[edge.from] += edge.weight;
        }
        Network { own: own.into_iter().map(|(a, b)| vec![a * UNIT, b]).collect(), whole, edges }
    }
}

proptest! {
    /// What goes out is what went in, to the unit, whoever charges whom and how.
    #[test]
    fn what_goes_out_is_what_went_in(network in networks(), order in Just((0..8).collect::<Vec<usize>>()).prop_shuffle()) {
        for method in [Method::Direct, Method::StepDown(order.clone()), Method::Reciprocal] {
            let allocated = allocate(&network, &method).unwrap();
            for column in 0..2 {
                let total = |table: &[Vec<i128>]| table.iter().map(|row| row[column]).sum::<i128>();
                prop_assert_eq!(total(&network.own), total(&allocated.kept), "{:?}", method);
            }
        }
    }

    /// The solution fulfils its own equations: each node costs its own cost and its part of those
    /// that charge it, to a unit an edge.
    #[test]
    fn the_reciprocal_solution_solves_the_equations(network in networks()) {
        let allocated = allocate(&network, &Method::Reciprocal).unwrap();
        for (node, own) in network.own.iter().enumerate() {
            let charging: Vec<&Edge> = network.edges.iter().filter(|edge| edge.to == node).collect();
            let parts = charging.iter().map(|edge| {
                part(allocated.gross[edge.from][0], edge.weight, network.whole[edge.from]).unwrap()
            });
            let off = allocated.gross[node][0] - own[0] - parts.sum::<i128>();
            prop_assert!(off.unsigned_abs() <= 2 * charging.len() as u128 + 2, "node {node} is off by {off}");
        }
    }

    /// The order in which nodes and edges are told does not matter, to some units.
    #[test]
    fn the_order_does_not_matter(
        network in networks(),
        shuffled in Just((0..8).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let nodes = network.own.len();
        let places: Vec<usize> = shuffled.into_iter().filter(|node| *node < nodes).collect();
        let new = |node: usize| places.iter().position(|place| *place == node).unwrap();
        let mut edges: Vec<Edge> = network.edges.iter().rev().copied().collect();
        for edge in &mut edges {
            (edge.from, edge.to) = (new(edge.from), new(edge.to));
        }
        let other = Network {
            own: places.iter().map(|place| network.own[*place].clone()).collect(),
            whole: places.iter().map(|place| network.whole[*place]).collect(),
            edges,
        };
        for method in [Method::Direct, Method::Reciprocal] {
            let (one, two) = (allocate(&network, &method).unwrap(), allocate(&other, &method).unwrap());
            for node in 0..nodes {
                let off = one.kept[node][0] - two.kept[new(node)][0];
                prop_assert!(off.unsigned_abs() <= 64, "node {node} is off by {off} under {method:?}");
            }
        }
    }
}
