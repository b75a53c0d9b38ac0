// Where a node may be put back: ranked by the detour, the best few looked at under the full rules. Only positions
// beside near nodes are ranked, and new trips, so that the work for one node does not grow with the county.
#pragma once

#include "random.hpp"
#include "state.hpp"

namespace gongpei {

class Inserter {
public:
    Inserter(State& state, Random& random)
        : s(state), f(state.f), random_(random), closed_(state.f.groups, 0), rounds_(state.f.kinds) {
        for (Int k = 0; k < f.kinds; ++k)
            rates_.push_back({(f.kind[k].per_km << SHIFT) / 1000, (f.kind[k].per_h << SHIFT) / 3600});
    }

    // Put node `m` (and its mate), or its rival, at the cheapest place found, if that costs less than leaving it behind.
    bool insert(std::int32_t m) {
        if (!s.has_shelf(m)) return false;
        ranked_ = 0;
        rank_all(m);
        if (f.node[m].rival != NONE) rank_all(static_cast<std::int32_t>(f.node[m].rival));
        Int best = f.node[m].worth, found = 0;
        int chosen = -1, weighed = -1;
        for (int c = 0; c < ranked_ && candidates_[c].estimate < best && found < TRIES; ++c) {
            write(candidates_[c]);
            const Int cost = s.weigh(candidates_[c].vehicle, sequence_);
            weighed = c;
            if (cost == IMPOSSIBLE) continue;
            ++found;
            const Int more = cost - s.days[candidates_[c].vehicle].cost;
            if (more < best) best = more, chosen = c;
        }
        if (chosen < 0) return false;
        const Int v = candidates_[chosen].vehicle;
        if (chosen != weighed) {
            write(candidates_[chosen]);
            s.weigh(v, sequence_);
        }
        s.put_weighed(v, sequence_, s.days[v].cost + best);
        s.shelve(candidates_[chosen].node, 1);
        return true;
    }

    // Sometimes no new vehicle of some groups goes out in a step, so that others have their turn.
    void begin_step() {
        closed_.assign(f.groups, 0);
        if (random_.unit() >= CLOSED_SHARE) return;
        for (char& is_closed : closed_) is_closed = random_.unit() < 0.5;
    }

private:
    enum class How { inside, new_trip, last_trip, pair };

    struct Candidate {
        Int estimate, vehicle, position, second;
        How how;
        std::int32_t node;
    };

    static constexpr int CANDIDATES = 8;      // ranked by detour
    static constexpr Int MOST_BUSY = 40;      // vehicles on the road looked at for one more trip
    static constexpr Int TRIES = 4;           // feasible ones among which the cheapest is taken
    static constexpr double CLOSED_SHARE = 0.2;  // of all steps
    static constexpr double BLINK = 0.01;     // how often a position is overlooked, for variety
    static constexpr int SHIFT = 20;          // of rates: estimates need no division

    struct Detour {
        Int fen, seconds;  // waiting and overtime aside
    };

    struct Rate {
        Int per_metre, per_second;  // fen, shifted
    };

    State& s;
    const Facts& f;
    Random& random_;
    Candidate candidates_[CANDIDATES];
    int ranked_ = 0;
    std::vector<std::int32_t> sequence_;
    std::vector<char> closed_;
    std::vector<Detour> rounds_;  // a trip for the node alone, by kind
    std::vector<Rate> rates_;     // by kind
    std::vector<Candidate> gaps_;
    std::uint32_t turn_ = 0;      // counts the looks around

    void rank_all(std::int32_t m) {
        if (f.node[m].mate == NONE)
            rank_near(m);
        else
            rank_pairs(m);
        rank_trips(m);
    }

    bool is_dear(Int estimate) const { return ranked_ == CANDIDATES && estimate >= candidates_[CANDIDATES - 1].estimate; }

    void keep(const Candidate& one) {
        if (is_dear(one.estimate)) return;
        for (int c = 0; c < ranked_; ++c) {
            const Candidate& other = candidates_[c];
            if (other.vehicle == one.vehicle && other.position == one.position && other.how == one.how &&
                other.second == one.second && other.node == one.node)
                return;
        }
        int at = ranked_ < CANDIDATES ? ranked_++ : CANDIDATES - 1;
        for (; at > 0 && candidates_[at - 1].estimate > one.estimate; --at) candidates_[at] = candidates_[at - 1];
        candidates_[at] = one;
    }

    // The day of a vehicle with the node put in, in sequence_.
    void write(const Candidate& c) {
        const auto m = c.node;
        const auto& old = s.days[c.vehicle].sequence;
        const auto mate = static_cast<std::int32_t>(f.node[m].mate);
        const auto n = static_cast<Int>(old.size());
        sequence_.clear();
        for (Int p = 0; p <= n; ++p) {
            if (p == c.position) {
                if (c.how == How::last_trip && n) sequence_.push_back(BREAK);
                sequence_.push_back(m);
                if (c.how != How::inside && c.how != How::pair && mate != NONE) sequence_.push_back(mate);
                if (c.how == How::new_trip) sequence_.push_back(BREAK);
            }
            if (c.how == How::pair && p == c.second) sequence_.push_back(mate);
            if (p < n) sequence_.push_back(old[p]);
        }
    }

    std::int32_t at(Int v, Int p) const {
        const auto& sequence = s.days[v].sequence;
        return p < 0 || p >= static_cast<Int>(sequence.size()) ? BREAK : sequence[p];
    }

    Int row_before(const Kind& kind, std::int32_t m) const { return m == BREAK ? kind.depot_row : f.node[m].row; }
    Int row_after(const Kind& kind, std::int32_t m) const { return m == BREAK ? kind.end_row : f.node[m].row; }

    // Gaps beside near nodes; `ranked` is told each one worth a look, once: vehicle, position, detour.
    template <class Ranked>
    void rank_gaps_near(std::int32_t m, const Ranked& ranked) {
        ++turn_;
        const Node& node = f.node[m];
        const auto row = static_cast<std::int32_t>(node.row);
        const std::int32_t* near = f.near + m * f.near_size;
        const Int down = f.loaded(m, 0), up = down + f.change(m, 0);
        for (Int a = 0; a < f.near_size; ++a) {
            const Seat& seat = s.seat[near[a]];
            const Int v = seat.vehicle, p = seat.position;
            if (v == NONE || down > seat.down || up > seat.up || !f.may_carry(v, m)) continue;
            const Moment& at = s.days[v].moments[p];
            if (node.ready > at.latest_load || node.due < at.back || !has_spare(m, v, at.trip)) continue;
            const bool is_end = at.is_last || at.after != at.here;
            if (at.here == row) {
                if (is_end) look(m, v, p + 1, at.here, at.after, at.onto, ranked);
                continue;
            }
            const Int around = round_fen(m, v, at.here);
            if (is_end && (at.is_last || at.after != row) && !is_dear(around - 2 * price(v, at.onto)))
                look(m, v, p + 1, at.here, at.after, at.onto, ranked);
            if ((at.is_first || (at.before != at.here && at.before != row)) && !is_dear(around - 2 * price(v, at.into)))
                look(m, v, p, at.before, at.here, at.into, ranked);
        }
    }

    // Tell whether the trip leaves and comes back with room for the node.
    bool has_spare(std::int32_t m, Int v, Int trip) const {
        const Int* spare = s.days[v].spare.data() + trip * 2 * f.dimensions;
        for (Int d = 0; d < f.dimensions; ++d) {
            const Int down = f.loaded(m, d);
            if (down > spare[d] || down + f.change(m, d) > spare[f.dimensions + d]) return false;
        }
        return true;
    }

    // Price of driving from `row` to the node and back. Beside a place so far off no gap is cheaper than that less
    // its own leg there and back, as no third place makes a way shorter.
    Int round_fen(std::int32_t m, Int v, std::int32_t row) const {
        const Kind& kind = f.kind_of(v);
        return price(v, f.legs_to(kind, f.node[m].row)[row]) + price(v, f.legs_from(kind, f.node[m].row)[row]);
    }

    Int price(Int v, const Leg& leg) const { return price(v, leg.metres, leg.seconds); }

    // Look at node `m` in the gap before position `p` of vehicle `v`, between two places with that leg between them.
    template <class Ranked>
    void look(std::int32_t m, Int v, Int p, std::int32_t before, std::int32_t after, const Leg& straight,
              const Ranked& ranked) {
        VehicleDay& own = s.days[v];
        if (own.seen[p] == turn_) return;
        own.seen[p] = turn_;
        const Int row = f.node[m].row;
        const Kind& kind = f.kind_of(v);
        const Leg there = f.legs_to(kind, row)[before], onward = f.legs_from(kind, row)[after];
        if (there.seconds < 0 || onward.seconds < 0) return;
        Int seconds = Int{there.seconds} + onward.seconds - straight.seconds + f.node[m].service;
        if (before != row && after != row) seconds += f.visit_s[row];
        const Int fen = price(v, Int{there.metres} + onward.metres - straight.metres, seconds) + more_pay(m, v);
        if (is_dear(fen) || own.work + seconds > kind.longest || random_.unit() < BLINK) return;
        if (has_room(m, v, p) && is_in_time(m, v, p)) ranked(v, p, fen);
    }

    // What the vehicle asks for by the piece on top of what it is paid already.
    Int more_pay(std::int32_t m, Int v) const {
        const Kind& kind = f.kind_of(v);
        if (kind.per_piece == 0) return 0;
        return f.pay(kind, s.days[v].pieces + f.node[m].pieces) - f.pay(kind, s.days[v].pieces);
    }

    void rank_near(std::int32_t m) {
        rank_gaps_near(m, [this, m](Int v, Int p, Int fen) { keep({fen, v, p, NONE, How::inside, m}); });
    }

    Int price(Int v, Int metres, Int seconds) const {
        const Rate& rate = rates_[f.vehicle[v].kind];
        return (metres * rate.per_metre + seconds * rate.per_second) >> SHIFT;
    }

    Detour detour_at(std::int32_t m, Int v, Int p) const {
        const Kind& kind = f.kind_of(v);
        return detour_between(m, v, row_before(kind, at(v, p - 1)), row_after(kind, at(v, p)));
    }

    Detour detour_between(std::int32_t m, Int v, Int a, Int b) const {
        const Kind& kind = f.kind_of(v);
        const Int row = f.node[m].row;
        const Leg &there = f.leg(kind, a, row), &onward = f.leg(kind, row, b), &straight = f.leg(kind, a, b);
        if (there.seconds < 0 || onward.seconds < 0) return {FAR, FAR};
        Int seconds = Int{there.seconds} + onward.seconds - straight.seconds + f.node[m].service;
        if (a != row && b != row) seconds += f.visit_s[row];
        return {price(v, Int{there.metres} + onward.metres - straight.metres, seconds), seconds};
    }

    // Tell from the notes on the neighbours whether room, hours and clock might allow the position before `p`.
    bool may_fit(std::int32_t m, Int v, Int p, Int seconds) const {
        const VehicleDay& own = s.days[v];
        const Node& node = f.node[m];
        const Moment& beside = own.moments[at(v, p) == BREAK ? p - 1 : p];
        if (node.ready > beside.latest_load || node.due < beside.back) return false;
        return own.work + seconds <= f.kind_of(v).longest && has_room(m, v, p) && is_in_time(m, v, p);
    }

    bool has_room(std::int32_t m, Int v, Int p) const {
        const VehicleDay& own = s.days[v];
        const auto after = at(v, p);
        const Int beside = after == BREAK ? p - 1 : p;
        Int q = p - 1;  // what joins a stop rides on the leg into it
        while (at(v, q) != BREAK && f.node[at(v, q)].row == f.node[m].row) --q;
        for (Int d = 0; d < f.dimensions; ++d) {
            const auto note = [&](Int position, Int c) { return own.aboard[(position * 3 + c) * f.dimensions + d]; };
            const Int start = note(beside, 0), room = f.room_of(v, d), down = f.loaded(m, d);
            const Int so_far = at(v, q) == BREAK ? start : note(q, 1);
            const Int from_here = at(v, p - 1) == BREAK ? std::max(start, note(p, 2)) : note(p - 1, 2);
            if (so_far + down > room || from_here + down + f.change(m, d) > room) return false;
        }
        return true;
    }

    bool is_in_time(std::int32_t m, Int v, Int p) const {
        const Kind& kind = f.kind_of(v);
        const VehicleDay& own = s.days[v];
        const Node& node = f.node[m];
        const auto before = at(v, p - 1), after = at(v, p);
        const Int a = row_before(kind, before), b = row_after(kind, after);
        if (before != BREAK && a == node.row) {  // joins the stop before
            const Int start = next_in(f, node.window_from, node.window_to, own.moments[p - 1].early);
            return start >= 0 && start <= own.moments[p - 1].late;
        }
        const Int leave = before == BREAK ? std::max<Int>(own.moments[p].load, node.ready) + kind.loading
                                          : own.moments[p - 1].leave;
        const Int start = next_in(f, node.window_from, node.window_to, leave + f.legs_to(kind, node.row)[a].seconds);
        if (start < 0) return false;
        if (after != BREAK && b == node.row) return start <= own.moments[p].late;
        const Int arrive = start + node.service + f.visit_s[node.row] + f.legs_from(kind, node.row)[b].seconds;
        return arrive <= (after == BREAK ? std::min(kind.shift_late, node.due) : own.moments[p].late);
    }

    // New trips: one on an idle vehicle of each group, and before and after every trip of some of the others.
    void rank_trips(std::int32_t m) {
        for (Int k = 0; k < f.kinds; ++k) rounds_[k] = round_trip(m, k);
        for (Int g = 0; g < f.groups; ++g) {
            if (closed_[g] || s.idle[g].empty()) continue;
            const Int v = s.idle[g].back();
            const Detour& round = rounds_[f.vehicle[v].kind];
            const Kind& kind = f.kind_of(v);
            if (!f.may_carry(v, m) || round.fen >= FAR || round.seconds > kind.longest || kind.max_trips <= 0) continue;
            keep({round.fen + kind.fixed + f.pay(kind, f.node[m].pieces), v, 0, NONE, How::last_trip, m});
        }
        const Int busy = static_cast<Int>(s.busy.size());
        const Int first = busy > MOST_BUSY ? random_.below(busy) : 0;
        for (Int i = 0; i < std::min(busy, MOST_BUSY); ++i) {
            const Int v = s.busy[first + i < busy ? first + i : first + i - busy];
            const Detour& round = rounds_[f.vehicle[v].kind];
            if (is_dear(round.fen) || !f.may_carry(v, m)) continue;
            const VehicleDay& own = s.days[v];
            const Kind& kind = f.kind_of(v);
            if (round.fen >= FAR || own.trips() >= kind.max_trips || own.work + round.seconds > kind.longest) continue;
            rank_gaps(m, v, round);
        }
    }

    Detour round_trip(std::int32_t m, Int k) const {
        const Kind& kind = f.kind[k];
        const Int mate = f.node[m].mate, home = kind.depot_row, end = kind.end_row, row = f.node[m].row;
        const Int last = mate == NONE ? row : f.node[mate].row;
        const Leg &there = f.leg(kind, home, row), &back = f.leg(kind, last, end);
        if (there.seconds < 0 || back.seconds < 0) return {FAR, FAR};
        Int seconds = Int{there.seconds} + back.seconds + f.node[m].service + f.visit_s[row] + kind.loading;
        Int metres = Int{there.metres} + back.metres;
        if (mate != NONE) {
            const Leg& between = f.leg(kind, row, last);
            if (between.seconds < 0) return {FAR, FAR};
            seconds += between.seconds + f.node[mate].service + f.visit_s[last];
            metres += between.metres;
        }
        const Rate& rate = rates_[k];
        return {(metres * rate.per_metre + seconds * rate.per_second) >> SHIFT, seconds};
    }

    void rank_gaps(std::int32_t m, Int v, const Detour& round) {
        const Kind& kind = f.kind_of(v);
        const VehicleDay& own = s.days[v];
        const Node& node = f.node[m];
        const Int n = own.length();
        Int free = std::max(kind.shift_early, node.ready);
        for (Int p = 0;; ++p) {
            const bool is_last = p >= n;
            const Int by = std::min<Int>(is_last ? kind.shift_late : own.moments[p].latest_load, node.due);
            if (free + round.seconds <= by && random_.unit() >= BLINK)
                keep({round.fen + more_pay(m, v), v, std::min(p, n), NONE, is_last ? How::last_trip : How::new_trip, m});
            if (is_last) return;
            free = std::max<Int>(own.moments[p].back, node.ready);
            while (p < n && own.sequence[p] != BREAK) ++p;
        }
    }

    // Pairs of positions of a local shipment within one trip, one of them near its end, by the sum of the detours.
    void rank_pairs(std::int32_t m) {
        const auto mate = static_cast<std::int32_t>(f.node[m].mate);
        gaps_.clear();
        const auto note = [this, m](Int v, Int p, Int fen) { gaps_.push_back({fen, v, p, NONE, How::pair, m}); };
        rank_gaps_near(m, note);
        for (const Candidate& first : gaps_)
            for (Int q = first.position; !is_dear(first.estimate); ++q) {
                pair_with(m, mate, first, q);
                if (at(first.vehicle, q) == BREAK) break;
            }
        gaps_.clear();
        rank_gaps_near(mate, note);
        for (const Candidate& second : gaps_)
            for (Int p = second.position; !is_dear(second.estimate); --p) {
                const Detour first = detour_at(m, second.vehicle, p);
                if (first.fen < FAR && !is_dear(first.fen) && may_fit(m, second.vehicle, p, first.seconds))
                    pair_with(m, mate, {first.fen, second.vehicle, p, NONE, How::pair, m}, second.position);
                if (at(second.vehicle, p - 1) == BREAK) break;
            }
    }

    void pair_with(std::int32_t m, std::int32_t mate, const Candidate& first, Int q) {
        const Int v = first.vehicle;
        const bool is_next = q == first.position;
        const Detour second = is_next ? detour_between(mate, v, f.node[m].row, row_after(f.kind_of(v), at(v, q)))
                                      : detour_at(mate, v, q);
        if (second.fen >= FAR || is_dear(first.estimate + second.fen)) return;
        if (is_next || may_fit(mate, v, q, second.seconds))
            keep({first.estimate + second.fen, v, first.position, q, How::pair, m});
    }
};

}  // namespace gongpei
