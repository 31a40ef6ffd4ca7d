import type { ClassicMember, MemberProtocol } from './classic-member.ts'

/** Whether one of `protocols` is offered by every one of `members`. */
export function supportsAll(protocols: readonly MemberProtocol[], members: readonly ClassicMember[]): boolean {
  return protocols.some(({ name }) => members.every((member) => offers(member, name)))
}

/**
 * The protocol of a generation: of those that all members offer, the one that most members like best; of equals the one that the member
 * that joined first prefers (`ClassicGroup.selectProtocol` in Kafka leaves that open). There is one: nobody is let in without.
 */
export function selectProtocol(members: readonly ClassicMember[]): string {
  const [first] = members
  if (first === undefined) throw new RangeError('a group without members has no protocol')
  const votes = new Map<string, number>()
  for (const { name } of first.protocols) if (members.every((member) => offers(member, name))) votes.set(name, 0)
  for (const { protocols } of members) {
    const choice = protocols.find(({ name }) => votes.has(name))
    if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1)
  }
  let winner: string | undefined
  let most = -1
  for (const [name, count] of votes) {
    if (count <= most) continue
    winner = name
    most = count
  }
  if (winner === undefined) throw new RangeError('the members have no protocol in common')
  return winner
}

function offers({ protocols }: ClassicMember, name: string): boolean {
  return protocols.some((protocol) => protocol.name === name)
}
