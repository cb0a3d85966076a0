import { needCoverageChanged } from '@ksbb/contracts';
import type { DocumentStore, StoreDefinition } from '@ksbb/document-store';
import { type Board, type BoardEvent, evolve, unknownBoard } from '../needs-board/board.ts';

export type Boards = DocumentStore<Board, BoardEvent>;

/** One needs board for each MSME, by its id. */
export const boardStore: StoreDefinition<Board, BoardEvent> = {
  collection: 'boards',
  initial: unknownBoard,
  evolve,
  publishes: [needCoverageChanged],
};

/** The boards of these MSMEs, in no promised order; those that nothing was heard of are left out. */
export async function boardsOf(boards: Boards, msmeIds: readonly string[]): Promise<Board[]> {
  const found = await boards.find({ _id: { $in: msmeIds } }, msmeIds.length);
  return found.map(({ state }) => state);
}
