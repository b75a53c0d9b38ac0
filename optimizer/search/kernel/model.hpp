// What is given: plain rows of 64-bit integers, laid out as optimizer/search/facts.py writes them.
#pragma once

#include <cstdint>
#include <limits>

namespace gongpei {

using Int = std::int64_t;

constexpr Int NONE = -1;
constexpr Int FAR = Int{1} << 40;           // later, or more, than anything real
constexpr std::int32_t BREAK = -1;          // in a sequence: back at the depot, another trip follows
constexpr Int IMPOSSIBLE = -1;              // cost of a day that breaks a rule
constexpr Int UNKNOWN = std::numeric_limits<Int>::max();

struct Window {
    Int early, late;
};

// One handover at one place: goods that move together, or one end of a local shipment.
struct Node {
    Int row;                      // in the travel matrices
    Int service;                  // seconds, without the fixed part of the visit
    Int ready, due;               // bind the loading of the trip, and its return
    Int window_from, window_to;   // rows of the windows
    Int goods;                    // a bit for each commodity that some rule names
    Int delivers, collects;       // 0 or 1
    Int down_limit, up_limit;     // seconds on board, NONE without limit
    Int pair_limit;               // of a local shipment, at its delivery
    Int mate;                     // the other end of a local shipment
    Int rival;                    // another node that carries the same goods: at most one of them is on the road
    Int is_drop;                  // 1 at the delivery of a local shipment
    Int after;                    // node that must come earlier on the same route
    Int shelf;                    // row of the shelves
    Int worth;                    // fen lost when it is left behind
    Int pieces;                   // 0 at the delivery of a local shipment
};

struct Kind {
    Int profile, depot, depot_row;
    Int loading, docks;
    Int shift_early, shift_late;
    Int regular, longest;         // seconds of a day without, and with overtime
    Int fixed, per_km, per_h, overtime_per_h;
    Int per_piece, min_pay;       // pay by the piece of a route, and the least of it
    Int max_trips, range, trip_range;
    Int deliveries_first;
    Int max_driving, rest, daily_driving;
    Int open_from, open_to;       // rows of the windows: the depot's opening
    Int end_row;                  // where trips end: the depot, or elsewhere, and then there is one trip a day
    Int close_from, close_to;     // rows of the windows of that place
    Int sealed_only;              // 1 when nothing can soil it
    Int box_from, boxes;          // rows of its compartments
};

// What a node hands over that cannot be parted: one shipment.
struct Goods {
    Int commodity;
    Int bit;                      // as in Node::goods, NONE where no rule names the commodity
    Int is_down;                  // 1 when it is delivered without having been collected
};

struct Vehicle {
    Int kind, group;              // vehicles of a group are alike in everything
};

struct Cleaning {
    Int soils, minds, seconds;    // bits of commodities
};

struct Leg {
    std::int32_t seconds, metres; // -1: no path
};

// Pointers into arrays that the caller keeps; see facts.py for their shapes.
struct Facts {
    Int nodes, vehicles, kinds, groups, places, dimensions, cleanings, shelves, near_size, longest, items, commodities, most_boxes;
    const Node* node;
    const Int* load;              // (nodes, 2, dimensions): on board from the depot; change at the visit
    const Window* window;
    const Kind* kind;
    const Int* room;              // (kinds, dimensions)
    const Vehicle* vehicle;
    const Leg* legs;              // (profiles, places, places): from each place to each
    const Leg* turned;            // the same turned: to each place from each, side by side
    const Int* visit_s;           // (places,): fixed part of a visit
    const std::uint8_t* allowed;  // (nodes, groups)
    const Int* foes;              // (kinds, 64): bits that may not ride with a commodity
    const Cleaning* cleaning;
    const Int* shelf;             // (shelves, dimensions)
    const std::int32_t* near;     // (nodes, near_size): other nodes, nearest first
    const Int* item_from;         // (nodes + 1,): rows of what each node hands over; none at the delivery of a local one
    const Goods* item;
    const Int* item_load;         // (items, dimensions)
    const Int* item_rank;         // (kinds, items): the order of stowing
    const Int* box_room;          // (compartments, dimensions)
    const Int* box_sealed;
    const Int* choice;            // (kinds, commodities, most_boxes): compartments in order of preference, then NONE
    const Int* fitting;           // (kinds, nodes): a bit for each compartment that may hold all of the node
    const Int* apart;             // (64,): bits that a commodity must be parted from
    const Int* walled;            // (64,): those among them that a sealed wall may part

    const Kind& kind_of(Int v) const { return kind[vehicle[v].kind]; }
    const Leg& leg(const Kind& k, Int a, Int b) const { return legs[(k.profile * places + a) * places + b]; }
    const Leg* legs_from(const Kind& k, Int a) const { return legs + (k.profile * places + a) * places; }
    const Leg* legs_to(const Kind& k, Int b) const { return turned + (k.profile * places + b) * places; }
    Int loaded(Int m, Int d) const { return load[(m * 2) * dimensions + d]; }
    Int change(Int m, Int d) const { return load[(m * 2 + 1) * dimensions + d]; }
    Int pay(const Kind& k, Int pieces) const { return pieces * k.per_piece > k.min_pay ? pieces * k.per_piece : k.min_pay; }
    Int room_of(Int v, Int d) const { return room[vehicle[v].kind * dimensions + d]; }
    bool may_carry(Int v, Int m) const { return allowed[m * groups + vehicle[v].group] != 0; }
    Int shelf_load(Int m, Int d) const {
        const Int from_depot = loaded(m, d), put_down = -change(m, d);
        return from_depot > put_down ? from_depot : put_down;
    }
};

// First moment in the windows at or after `at`, or NONE.
inline Int next_in(const Facts& f, Int from, Int to, Int at) {
    for (Int w = from; w < to; ++w)
        if (at <= f.window[w].late) return at > f.window[w].early ? at : f.window[w].early;
    return NONE;
}

// Last moment in the windows at or before `at`, or NONE.
inline Int last_in(const Facts& f, Int from, Int to, Int at) {
    for (Int w = to - 1; w >= from; --w)
        if (f.window[w].early <= at) return at < f.window[w].late ? at : f.window[w].late;
    return NONE;
}

inline Int half_up(Int amount, Int unit) { return (2 * amount + unit) / (2 * unit); }

}  // namespace gongpei
