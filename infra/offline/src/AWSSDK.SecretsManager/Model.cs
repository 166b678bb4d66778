using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.SecretsManager.Internal;

namespace Amazon.SecretsManager.Model
{
    public partial class GetSecretValueRequest : AmazonSecretsManagerRequest
    {
        public string SecretId { get; set; }
        public string VersionId { get; set; }
        public string VersionStage { get; set; }

        internal override string Operation => "GetSecretValue";

        internal override void Write(Utf8JsonWriter writer)
        {
            if (SecretId != null) writer.WriteString("SecretId", SecretId);
            if (VersionId != null) writer.WriteString("VersionId", VersionId);
            if (VersionStage != null) writer.WriteString("VersionStage", VersionStage);
        }
    }

    public partial class GetSecretValueResponse : AmazonWebServiceResponse, IReadsJson
    {
        public string ARN { get; set; }
        public string Name { get; set; }
        public string VersionId { get; set; }
        public MemoryStream SecretBinary { get; set; }
        public string SecretString { get; set; }
        public List<string> VersionStages { get; set; }
        public DateTime? CreatedDate { get; set; }

        void IReadsJson.Read(JsonElement json)
        {
            ARN = Json.Text(json, "ARN");
            Name = Json.Text(json, "Name");
            VersionId = Json.Text(json, "VersionId");
            SecretBinary = Json.Text(json, "SecretBinary") is string text ? new MemoryStream(Convert.FromBase64String(text)) : null;
            SecretString = Json.Text(json, "SecretString");
            VersionStages = Json.List(json, "VersionStages", element => element.GetString());
            CreatedDate = Json.Date(json, "CreatedDate");
        }
    }
}
