using System.Text;

namespace EntitySync.Local.Synth;

/// <summary>The reference tables.</summary>
internal static class TablesSection
{
    public static string Text(DefinitionSet definitions, LogicalIds ids)
    {
        var text = new StringBuilder("\n  # ---- Reference tables: related rows, written through ReferenceApi\n");
        foreach (var table in definitions.Tables.All)
        {
            text.Append($$"""
                  {{ids.Of("", table.Name, "Table")}}:
                    Type: AWS::DynamoDB::Table
                    DeletionPolicy: RetainExceptOnCreate
                    UpdateReplacePolicy: Retain
                    Properties:
                      TableName: !Sub '${TablePrefix}{{table.Name}}'
                      BillingMode: PAY_PER_REQUEST
                      AttributeDefinitions: [{ AttributeName: '{{table.KeyField}}', AttributeType: S }]
                      KeySchema: [{ AttributeName: '{{table.KeyField}}', KeyType: HASH }]
                      # Two readers a shard is the limit of a stream: PublishReference and TriggerReplay are those two.
                      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }
                      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
                      SSESpecification: { SSEEnabled: true }
                      DeletionProtectionEnabled: !If [ProtectsTables, true, false]

                """);
        }

        return text.ToString();
    }
}
