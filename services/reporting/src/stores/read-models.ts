import type { Connection } from 'mongoose';
import type { Entry } from '../collaboration/entry.ts';
import type { LoanFact } from '../loan/loan-fact.ts';
import { type Archive, openArchive } from './archive.ts';
import { type FactSets, openFactSets } from './fact-sets.ts';
import { type ListedMsmes, openListedMsmes } from './listed-msmes.ts';

export type ReadModels = {
  archive: Archive;
  /** By collaboration ID. */
  collaborations: FactSets<Entry>;
  /** By loan id. */
  loans: FactSets<LoanFact>;
  msmes: ListedMsmes;
};

export function openReadModels(connection: Connection): ReadModels {
  return {
    archive: openArchive(connection),
    collaborations: openFactSets<Entry>(connection, 'collaborations'),
    loans: openFactSets<LoanFact>(connection, 'loans'),
    msmes: openListedMsmes(connection),
  };
}
