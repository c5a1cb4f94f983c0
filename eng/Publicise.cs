using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies assemblies and, in the copies, makes the listed internal types and members public, for the compiler to see. Accessibility is a few bits
/// in the row of a type, field or method, so the bytes are changed in place and nothing moves. A listed name that is missing, or that is
/// not internal, is an error: the list says exactly what is reached past ML.NET's public surface.
/// </summary>
/// <remarks>Compiled by MSBuild (see Publicise.targets) against .NET Standard 2.0, so with what that has.</remarks>
public sealed class Publicise : Task
{
    /// <summary>One name a line: <c>Assembly!Namespace.Type[/Nested][::Member]</c>; a member's name covers all its overloads. # starts a comment.</summary>
    [Required]
    public string List { get; set; }

    /// <summary>The assemblies to copy.</summary>
    [Required]
    public ITaskItem[] Assemblies { get; set; }

    /// <summary>Where the copies go, under the same file names.</summary>
    [Required]
    public string OutputDirectory { get; set; }

    public override bool Execute()
    {
        var images = Assemblies.ToDictionary(a => a.GetMetadata("Filename"), a => new Image(File.ReadAllBytes(a.ItemSpec)));
        string[] lines = File.ReadAllLines(List);
        for (int i = 0; i < lines.Length; i++)
        {
            string name = lines[i].Split('#')[0].Trim();
            if (name == "") continue;
            string[] parts = name.Split(new[] { "!", "::" }, StringSplitOptions.None);
            string problem =
                parts.Length < 2 || parts.Length > 3 ? "should read Assembly!Type or Assembly!Type::Member"
                : !images.TryGetValue(parts[0], out Image image) ? "is in an assembly that is not referenced"
                : parts.Length == 2 ? image.OpenType(parts[1])
                : image.OpenMember(parts[1], parts[2]);
            if (problem != null) Log.LogError(null, null, null, List, i + 1, 0, 0, 0, "'{0}' {1}.", name, problem);
        }
        if (Log.HasLoggedErrors) return false;

        Directory.CreateDirectory(OutputDirectory);
        foreach (var image in images) File.WriteAllBytes(Path.Combine(OutputDirectory, image.Key + ".dll"), image.Value.Bytes);
        return true;
    }

    private sealed class Image
    {
        private readonly int _metadataStart;
        private readonly MetadataReader _reader;
        private readonly Dictionary<string, TypeDefinitionHandle> _types;

        public Image(byte[] bytes)
        {
            Bytes = bytes;
            // The reader gets a copy, so that what it says does not change under the writing.
            var file = new PEReader(new MemoryStream((byte[])bytes.Clone()));
            _metadataStart = file.PEHeaders.MetadataStartOffset;
            _reader = file.GetMetadataReader();
            _types = _reader.TypeDefinitions.ToDictionary(FullName);
        }

        public byte[] Bytes { get; }

        /// <returns>What is wrong with the name, or null.</returns>
        public string OpenType(string typeName)
        {
            if (!_types.TryGetValue(typeName, out var handle)) return "does not exist";
            TypeAttributes attributes = _reader.GetTypeDefinition(handle).Attributes;
            switch (attributes & TypeAttributes.VisibilityMask)
            {
                case TypeAttributes.NotPublic:
                    attributes |= TypeAttributes.Public;
                    break;
                case TypeAttributes.NestedAssembly:
                case TypeAttributes.NestedFamANDAssem:
                case TypeAttributes.NestedFamORAssem:
                    attributes = (attributes & ~TypeAttributes.VisibilityMask) | TypeAttributes.NestedPublic;
                    break;
                default:
                    return "is not internal";
            }
            Write(TableIndex.TypeDef, handle, column: 0, (int)attributes, size: 4);
            return null;
        }

        /// <returns>What is wrong with the name, or null.</returns>
        public string OpenMember(string typeName, string memberName)
        {
            if (!_types.TryGetValue(typeName, out var handle)) return "does not exist";
            TypeDefinition type = _reader.GetTypeDefinition(handle);
            var names = new HashSet<string> { memberName, "get_" + memberName, "set_" + memberName };
            var fields = type.GetFields().Where(f => names.Contains(_reader.GetString(_reader.GetFieldDefinition(f).Name))).ToList();
            var methods = type.GetMethods().Where(m => names.Contains(_reader.GetString(_reader.GetMethodDefinition(m).Name))).ToList();
            if (fields.Count + methods.Count == 0) return "does not exist";

            // Accessibility has the same values for both; a field's flags lead its row, a method's follow its address (4) and code kind (2).
            int opened = 0;
            foreach (var field in fields) opened += Open((int)_reader.GetFieldDefinition(field).Attributes, TableIndex.Field, field, column: 0);
            foreach (var method in methods) opened += Open((int)_reader.GetMethodDefinition(method).Attributes, TableIndex.MethodDef, method, column: 6);
            return opened > 0 ? null : "is not internal";
        }

        private int Open(int attributes, TableIndex table, EntityHandle handle, int column)
        {
            const int mask = (int)MethodAttributes.MemberAccessMask;
            switch ((MethodAttributes)(attributes & mask))
            {
                case MethodAttributes.Assembly:
                case MethodAttributes.FamANDAssem:
                case MethodAttributes.FamORAssem:
                    Write(table, handle, column, (attributes & ~mask) | (int)MethodAttributes.Public, size: 2);
                    return 1;
                default:
                    return 0;
            }
        }

        private void Write(TableIndex table, EntityHandle handle, int column, int value, int size)
        {
            int row = _reader.GetTableMetadataOffset(table) + (_reader.GetTableRowSize(table) * (MetadataTokens.GetRowNumber(handle) - 1));
            for (int i = 0; i < size; i++) Bytes[_metadataStart + row + column + i] = (byte)(value >> (8 * i));
        }

        private string FullName(TypeDefinitionHandle handle)
        {
            TypeDefinition type = _reader.GetTypeDefinition(handle);
            string name = _reader.GetString(type.Name), space = _reader.GetString(type.Namespace);
            return type.IsNested ? FullName(type.GetDeclaringType()) + "/" + name : space == "" ? name : space + "." + name;
        }
    }
}
