"""All tables of users, as they stand when it begins: the migrations it replaces are for databases that have begun earlier."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from finsuite.kernel.schema import CreateModels


class Migration(migrations.Migration):

    replaces = [
        ('users', '0001_initial'),
        ('users', '0002_kept_answers'),
        ('users', '0003_notifications'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                        ('first_name', models.CharField(blank=True, max_length=100, verbose_name='first name')),
                        ('last_name', models.CharField(blank=True, max_length=100, verbose_name='last name')),
                        ('language', models.CharField(default='en', max_length=8, verbose_name='language')),
                        ('theme', models.CharField(choices=[('system', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='system', max_length=8, verbose_name='theme')),
                        ('time_zone', models.CharField(default='Europe/Paris', max_length=64, verbose_name='time zone')),
                        ('single_key_shortcuts', models.BooleanField(default=True, verbose_name='single-key shortcuts')),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('is_staff', models.BooleanField(default=False, verbose_name='staff')),
                        ('is_demo', models.BooleanField(default=False, editable=False, verbose_name='made by the demo')),
                        ('unread', models.PositiveIntegerField(default=0, editable=False)),
                        ('date_joined', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='joined')),
                        ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                        ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ],
                    options={
                        'verbose_name': 'user',
                        'verbose_name_plural': 'users',
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='users_user_email_unique')],
                    },
                ),
                migrations.CreateModel(
                    name='ApiToken',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(max_length=100, verbose_name='name')),
                        ('prefix', models.CharField(editable=False, max_length=12)),
                        ('last_four', models.CharField(editable=False, max_length=4)),
                        ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                        ('scopes', models.JSONField(default=list)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('expires_at', models.DateTimeField(blank=True, null=True)),
                        ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        'verbose_name': 'API token',
                        'verbose_name_plural': 'API tokens',
                        'ordering': ['-created_at'],
                    },
                ),
                migrations.CreateModel(
                    name='KeptAnswer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('caller', models.CharField(editable=False, max_length=60)),
                        ('address', models.CharField(editable=False, max_length=64)),
                        ('digest', models.CharField(editable=False, max_length=64)),
                        ('status', models.PositiveSmallIntegerField(editable=False)),
                        ('body', models.TextField(editable=False)),
                        ('headers', models.JSONField(default=dict, editable=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True, db_index=True)),
                    ],
                    options={
                        'verbose_name': 'kept answer',
                        'verbose_name_plural': 'kept answers',
                        'constraints': [models.UniqueConstraint(fields=('caller', 'address'), name='users_kept_answer_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Notification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
                        ('kind', models.CharField(editable=False, max_length=40)),
                        ('message', models.CharField(editable=False, max_length=250)),
                        ('params', models.JSONField(default=dict, editable=False)),
                        ('url', models.CharField(blank=True, editable=False, max_length=300)),
                        ('key', models.CharField(editable=False, max_length=120)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('read_at', models.DateTimeField(blank=True, editable=False, null=True)),
                    ],
                    options={
                        'verbose_name': 'notification',
                        'verbose_name_plural': 'notifications',
                        'indexes': [models.Index(fields=['user', '-id'], name='users_notification_newest')],
                        'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='users_notification_once')],
                    },
                ),
            ],
        ),
    ]
