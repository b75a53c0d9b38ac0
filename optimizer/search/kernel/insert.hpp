// Where a node may be put back: ranked by the detour, the best few looked at under the full rules. Only positions
// beside near nodes are ranked, and new trips, so that the work for one node does not grow with the county.
#pragma once

#include "random.hpp"
#include "state.hpp"

namespace gongpei {

class Inserter {
public:
    Inserter(State& state, Random& random)
        : s(state), f(state.f), random_(random), closed_(state.f.groups, 0) {}

    // Put node `m` (and its mate) at the cheapest place found, if that costs less than leaving it behind.
    bool insert(std::int32_t m) {
        if (!s.has_shelf(m)) return false;
        ranked_ = 0;
        if (f.node[m].mate == NONE)
            rank_near(m);
        else
            rank_pairs(m);
        rank_trips(m);
        Int best = f.node[m].worth, found = 0;
        int chosen = -1;
        for (int c = 0; c < ranked_ && candidates_[c].estimate < best && found < TRIES; ++c) {
            write(m, candidates_[c]);
            const Int cost = s.weigh(candidates_[c].vehicle, sequence_);
            if (cost == IMPOSSIBLE) continue;
            ++found;
            const Int more = cost - s.days[candidates_[c].vehicle].cost;
            if (more < best) best = more, chosen = c;
        }
        if (chosen < 0) return false;
        write(m, candidates_[chosen]);
        if (!s.put(candidates_[chosen].vehicle, sequence_)) return false;
        s.shelve(m, 1);
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
    };

    static constexpr int CANDIDATES = 12;     // ranked by detour
    static constexpr Int MOST_BUSY = 40;      // vehicles on the road looked at for one more trip
    static constexpr Int TRIES = 4;           // feasible ones among which the cheapest is taken
    static constexpr double CLOSED_SHARE = 0.2;  // of all steps
    static constexpr double BLINK = 0.01;     // how often a position is overlooked, for variety

    State& s;
    const Facts& f;
    Random& random_;
    Candidate candidates_[CANDIDATES];
    int ranked_ = 0;
    std::vector<std::int32_t> sequence_;
    std::vector<char> seen_, closed_;

    bool is_dear(Int estimate) const { return ranked_ == CANDIDATES && estimate >= candidates_[CANDIDATES - 1].estimate; }

    void keep(const Candidate& one) {
        if (is_dear(one.estimate)) return;
        for (int c = 0; c < ranked_; ++c) {
            const Candidate& other = candidates_[c];
            if (other.vehicle == one.vehicle && other.position == one.position && other.how == one.how &&
                other.second == one.second)
                return;
        }
        int at = ranked_ < CANDIDATES ? ranked_++ : CANDIDATES - 1;
        for (; at > 0 && candidates_[at - 1].estimate > one.estimate; --at) candidates_[at] = candidates_[at - 1];
        candidates_[at] = one;
    }

    // The day of a vehicle with the node put in, in sequence_.
    void write(std::int32_t m, const Candidate& c) {
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

    Int row_of(const Kind& kind, std::int32_t m) const { return m == BREAK ? kind.depot_row : f.node[m].row; }

    void rank_near(std::int32_t m) {
        const Int row = f.node[m].row;
        for (Int a = 0; a < f.near_size; ++a) {
            const auto q = f.near[m * f.near_size + a];
            const Int v = s.vehicle[q];
            if (v == NONE || !f.may_carry(v, m) || random_.unit() < BLINK) continue;
            const Int p = s.position[q], here = f.node[q].row;
            const auto next = at(v, p + 1), before = at(v, p - 1);
            const bool is_last = next == BREAK || f.node[next].row != here;
            if (here == row) {
                if (is_last) rank(m, v, p + 1);
                continue;
            }
            if (is_last && (next == BREAK || f.node[next].row != row)) rank(m, v, p + 1);
            if (before == BREAK || (f.node[before].row != here && f.node[before].row != row)) rank(m, v, p);
        }
    }

    void rank(std::int32_t m, Int v, Int p) {
        const Detour detour = detour_at(m, v, p);
        if (detour.fen >= FAR || is_dear(detour.fen) || !may_fit(m, v, p, detour.seconds)) return;
        keep({detour.fen, v, p, NONE, How::inside});
    }

    struct Detour {
        Int fen, seconds;  // waiting and overtime aside
    };

    Detour detour_at(std::int32_t m, Int v, Int p) const {
        const Kind& kind = f.kind_of(v);
        return detour_between(m, kind, row_of(kind, at(v, p - 1)), row_of(kind, at(v, p)));
    }

    Detour detour_between(std::int32_t m, const Kind& kind, Int a, Int b) const {
        const Int row = f.node[m].row;
        const Leg &there = f.leg(kind, a, row), &onward = f.leg(kind, row, b), &straight = f.leg(kind, a, b);
        if (there.seconds < 0 || onward.seconds < 0) return {FAR, FAR};
        Int seconds = Int{there.seconds} + onward.seconds - straight.seconds + f.node[m].service;
        if (a != row && b != row) seconds += f.visit_s[row];
        const Int metres = Int{there.metres} + onward.metres - straight.metres;
        return {metres * kind.per_km / 1000 + seconds * kind.per_h / 3600, seconds};
    }

    // Tell from the notes on the neighbours whether room, hours and clock might allow the position before `p`.
    bool may_fit(std::int32_t m, Int v, Int p, Int seconds) const {
        const Kind& kind = f.kind_of(v);
        const VehicleDay& own = s.days[v];
        const Node& node = f.node[m];
        const auto before = at(v, p - 1), after = at(v, p);
        const Moment& beside = own.moments[after == BREAK ? p - 1 : p];
        if (node.ready > beside.latest_load || node.due < beside.back) return false;
        return own.work + seconds <= kind.longest && has_room(m, v, p) && is_in_time(m, v, p, before, after);
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

    bool is_in_time(std::int32_t m, Int v, Int p, std::int32_t before, std::int32_t after) const {
        const Kind& kind = f.kind_of(v);
        const VehicleDay& own = s.days[v];
        const Node& node = f.node[m];
        const Int a = row_of(kind, before), b = row_of(kind, after);
        if (before != BREAK && a == node.row) {  // joins the stop before
            const Int start = next_in(f, node.window_from, node.window_to, own.moments[p - 1].early);
            return start >= 0 && start <= own.moments[p - 1].late;
        }
        const Int leave = before == BREAK ? std::max(own.moments[p].load, node.ready) + kind.loading : own.moments[p - 1].leave;
        const Int start = next_in(f, node.window_from, node.window_to, leave + f.leg(kind, a, node.row).seconds);
        if (start < 0) return false;
        if (after != BREAK && b == node.row) return start <= own.moments[p].late;
        const Int arrive = start + node.service + f.visit_s[node.row] + f.leg(kind, node.row, b).seconds;
        return arrive <= (after == BREAK ? std::min(kind.shift_late, node.due) : own.moments[p].late);
    }

    // New trips: one on the first idle vehicle of each group, and before and after every trip of the others.
    void rank_trips(std::int32_t m) {
        seen_.assign(f.groups, 0);
        const Int first = f.vehicles > MOST_BUSY ? random_.below(f.vehicles) : 0;
        Int busy = 0;
        for (Int i = 0; i < f.vehicles; ++i) {
            const Int v = first + i < f.vehicles ? first + i : first + i - f.vehicles;
            const VehicleDay& own = s.days[v];
            if (own.trips() == 0) {
                if (seen_[f.vehicle[v].group] || closed_[f.vehicle[v].group]) continue;
                seen_[f.vehicle[v].group] = 1;
            } else if (busy == MOST_BUSY) {
                continue;
            }
            const Kind& kind = f.kind_of(v);
            if (!f.may_carry(v, m) || own.trips() >= kind.max_trips) continue;
            const Detour round = round_trip(m, kind);
            if (round.fen >= FAR || own.work + round.seconds > kind.longest) continue;
            if (own.trips() == 0)
                keep({round.fen + kind.fixed, v, 0, NONE, How::last_trip});
            else
                rank_gaps(m, v, round), ++busy;
        }
    }

    Detour round_trip(std::int32_t m, const Kind& kind) const {
        const Int mate = f.node[m].mate, home = kind.depot_row, row = f.node[m].row;
        const Int last = mate == NONE ? row : f.node[mate].row;
        const Leg &there = f.leg(kind, home, row), &back = f.leg(kind, last, home);
        if (there.seconds < 0 || back.seconds < 0) return {FAR, FAR};
        Int seconds = Int{there.seconds} + back.seconds + f.node[m].service + f.visit_s[row] + kind.loading;
        Int metres = Int{there.metres} + back.metres;
        if (mate != NONE) {
            const Leg& between = f.leg(kind, row, last);
            if (between.seconds < 0) return {FAR, FAR};
            seconds += between.seconds + f.node[mate].service + f.visit_s[last];
            metres += between.metres;
        }
        return {metres * kind.per_km / 1000 + seconds * kind.per_h / 3600, seconds};
    }

    void rank_gaps(std::int32_t m, Int v, const Detour& round) {
        const Kind& kind = f.kind_of(v);
        const VehicleDay& own = s.days[v];
        const Node& node = f.node[m];
        const Int n = own.length();
        Int free = std::max(kind.shift_early, node.ready);
        for (Int p = 0;; ++p) {
            const bool is_last = p >= n;
            const Int by = std::min(is_last ? kind.shift_late : own.moments[p].latest_load, node.due);
            if (free + round.seconds <= by && random_.unit() >= BLINK)
                keep({round.fen, v, std::min(p, n), NONE, is_last ? How::last_trip : How::new_trip});
            if (is_last) return;
            free = std::max(own.moments[p].back, node.ready);
            while (p < n && own.sequence[p] != BREAK) ++p;
        }
    }

    // All pairs of positions of a local shipment within one trip, by the sum of the detours.
    void rank_pairs(std::int32_t m) {
        const auto mate = static_cast<std::int32_t>(f.node[m].mate);
        for (Int v = 0; v < f.vehicles; ++v) {
            const Kind& kind = f.kind_of(v);
            const Int n = s.days[v].length();
            if (n == 0 || !f.may_carry(v, m)) continue;
            for (Int p = 0; p <= n; ++p) {
                const Detour first = detour_at(m, v, p);
                if (first.fen >= FAR || is_dear(first.fen) || !may_fit(m, v, p, first.seconds)) continue;
                for (Int q = p; q <= n; ++q) {
                    const bool is_next = q == p;
                    const Detour second = is_next ? detour_between(mate, kind, f.node[m].row, row_of(kind, at(v, q)))
                                                  : detour_at(mate, v, q);
                    if (!is_dear(first.fen + second.fen) && (is_next || may_fit(mate, v, q, second.seconds)))
                        keep({first.fen + second.fen, v, p, q, How::pair});
                    if (q == n || s.days[v].sequence[q] == BREAK) break;
                }
            }
        }
    }
};

}  // namespace gongpei
