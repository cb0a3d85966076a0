import { clusterMembers, clusterMembersQuery } from '@ksbb/contracts';
import { defineRoute, notFound } from '@ksbb/service-kit';
import { z } from 'zod';
import type { MapIndex } from '../map-index/map-index.ts';

export const listClusterMembers = ({ index }: { index: MapIndex }) =>
  defineRoute({
    method: 'get',
    path: '/map/clusters/:clusterId/members',
    operationId: 'listClusterMembers',
    summary: 'The MSMEs in a cluster of a view with the same filters',
    params: z.object({ clusterId: z.coerce.number().int().min(0) }),
    query: clusterMembersQuery,
    answers: { 200: { description: 'Some members', schema: clusterMembers } },
    handle: ({ params, query: { limit, offset, ...filter } }) => {
      const members = index.members(filter, params.clusterId, limit, offset);
      if (members === null)
        throw notFound(
          'cluster-gone',
          'The map has changed since, or the filters are others than those of the view. Read the view again.',
        );
      return { status: 200, body: members };
    },
  });
